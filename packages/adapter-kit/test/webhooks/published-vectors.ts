import { hmacSha256 } from '@unioneyes/adapter-kit'
import type { Verifier } from '@unioneyes/adapter-kit'

/** A signed delivery that a vendor published, and the form of its scheme. */
export interface PublishedVector {
  readonly name: string
  /** Where the vendor published it. */
  readonly source: string
  readonly secret: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** Every header that the signature covers, and the one that holds it. */
  readonly signedHeaders: readonly string[]
  /** The time at which it is not stale, in milliseconds since 1970. */
  readonly now: number
  readonly verifier: Verifier<readonly string[]>
}

const secrets = (given: readonly string[]) => given

const bamboohr = hmacSha256({
  secret: secrets,
  header: 'x-bamboohr-signature',
  timestamp: 'x-bamboohr-timestamp',
  message: 'body+timestamp',
})
const slack = hmacSha256({
  secret: secrets,
  header: 'x-slack-signature',
  prefix: 'v0=',
  timestamp: 'x-slack-request-timestamp',
  message: ({ body }, timestamp) => ['v0:', timestamp, ':', body],
})
const intuit = hmacSha256({ secret: secrets, header: 'intuit-signature', encoding: 'base64' })
const standardWebhooks = hmacSha256({
  secret: (given: readonly string[]) => given.map((one) => Buffer.from(one.replace('whsec_', ''), 'base64')),
  header: 'webhook-signature',
  encoding: 'base64',
  prefix: 'v1,',
  separator: ' ',
  timestamp: 'webhook-timestamp',
  message: ({ headers, body }, timestamp) => [headers.get('webhook-id') ?? '', '.', timestamp, '.', body],
})

/** What vendors published, and one captured delivery. */
export const publishedVectors: readonly PublishedVector[] = [
  {
    name: 'BambooHR',
    source: 'a delivery captured in the tests of fusebit/integrations, bamboohr-connector; computed again',
    secret: '123b929362d51613054f71e5e5d4bf2c',
    body: '{"employees":[{"changedFields":["First name"],"fields":{"Employee #":{"value":"300"},"First name":{"value":"Tefi"},"Last name":{"value":"Adams"}},"id":"5"}]}',
    headers: {
      'x-bamboohr-timestamp': '1658248023',
      'x-bamboohr-signature': '56491dd9c2b352bc5f4fc627159aae20ddff9c8cb19f239a6de6771dc5310bac',
    },
    signedHeaders: ['x-bamboohr-timestamp', 'x-bamboohr-signature'],
    now: 1_658_248_023_000,
    verifier: bamboohr,
  },
  {
    name: 'Slack',
    source: 'slackapi/java-slack-sdk, SlackSignatureTest.java',
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    headers: {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    signedHeaders: ['x-slack-request-timestamp', 'x-slack-signature'],
    now: 1_531_420_618_000,
    verifier: slack,
  },
  {
    name: 'QuickBooks',
    source: 'intuit/QuickBooks-V3-Java-SDK, WebhooksServiceTest.java',
    secret: 'b5771f19b12ddb4bcdb9f08bdc50bc63878a',
    body: '{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":[{"name":"Customer","id":"1","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}',
    headers: { 'intuit-signature': 'JC2GUwciPmRBwEO7WvrRmKqu9tGOKL8FFallocTFi8Q=' },
    signedHeaders: ['intuit-signature'],
    now: 0,
    verifier: intuit,
  },
  {
    name: 'QuickBooks, two entities',
    source: 'intuit/QuickBooks-V3-DotNET-SDK, WebhooksServiceTest.cs',
    secret: '00faeec4-08d0-4996-bb37-698ae19f0149',
    body: '{"eventNotifications":[{"realmId":"1269959970","dataChangeEvent":{"entities":[{"name":"Vendor","id":"40","operation":"Update","lastUpdated":"2016-10-05T03:09:04.000Z"},{"name":"Customer","id":"43","operation":"Create","lastUpdated":"2016-10-05T03:07:04.000Z"}]}}]}',
    headers: { 'intuit-signature': '6q+xGyMirJupwKTh2/WBl2NcdxzxqdIbk3sneKTxLWM=' },
    signedHeaders: ['intuit-signature'],
    now: 0,
    verifier: intuit,
  },
  {
    name: 'Standard Webhooks',
    source: 'standard-webhooks/standard-webhooks, libraries/javascript/src/webhook.test.ts',
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    signedHeaders: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    now: 1_614_265_330_000,
    verifier: standardWebhooks,
  },
]
