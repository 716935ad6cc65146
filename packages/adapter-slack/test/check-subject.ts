import type { AdapterSubject, EntityHand, WebhookHand } from '@unioneyes/testkit'
import { slack } from '../src/index.ts'
import {
  envelopeOf,
  handshakeOf,
  sandboxBotToken,
  sandboxSigningSecret,
  sandboxTeamId,
  signDelivery,
  slackSandbox,
} from '../src/sandbox.ts'
import type { Slack, SlackActions, Wire } from '../src/sandbox.ts'
import { expectedMessage, expectedMessageId } from './expected-message.ts'
import { expectedChannel, expectedFile, expectedUser } from './expected-records.ts'
import { small } from './live.ts'
import type { Sandbox } from './live.ts'

type Hand = EntityHand<Sandbox>

const PAGE_SIZE = 3

// The one channel that the workspace begins with; raw messages do not say where they stand.
const definition = slackSandbox(small)
const [CHANNEL = ''] = definition.actions(definition.createState()).channelIds()

let told = 0
/** Something that was never said before. */
const news = (): string => {
  told += 1
  return `News ${String(told)}`
}

const byId = (rows: readonly Wire[], id: string): Wire => rows.find((row) => row.id === id) ?? {}

const channels: Hand = {
  listing: { path: '/api/conversations.list' },
  items: 'channels',
  id: 'id',
  paging: { size: PAGE_SIZE },
  fields: {
    text: { wire: 'creator', record: 'creatorId' },
    requiredText: { wire: 'name', record: 'name' },
  },
  ids: ({ actions }) => actions.channelIds(),
  add: ({ actions }) => actions.createChannel(),
  change: ({ actions }, id) => actions.setTopic(id, news()),
  remove: ({ actions }, id) => actions.deleteChannel(id),
  expected: ({ actions }, id) => expectedChannel(byId(actions.truth().channels, id)),
}

const users: Hand = {
  listing: { path: '/api/users.list' },
  items: 'members',
  id: 'id',
  paging: { size: PAGE_SIZE },
  fields: {
    text: { wire: 'tz', record: 'timezone' },
    requiredText: { wire: 'name', record: 'name' },
  },
  ids: ({ actions }) => actions.userIds(),
  add: ({ actions }) => actions.addUser(),
  // Nobody is ever removed: who leaves is deactivated.
  change: ({ actions }, id) => actions.changeUser(id, { profile: { title: news() } }),
  expected: ({ actions }, id) => expectedUser(byId(actions.truth().users, id), sandboxTeamId),
}

const messagesOf = ({ actions }: Sandbox): readonly Wire[] => actions.truth().messages[CHANNEL] ?? []
const markOf = (id: string): string => id.split('/').at(-1) ?? ''

const messages: Hand = {
  listing: { path: '/api/conversations.history' },
  items: 'messages',
  id: 'ts',
  recordId: (item) => expectedMessageId(CHANNEL, item),
  // Time marks have a form, and by it a place in the order that pages and deletions go by.
  formedIds: true,
  // History goes on before its oldest message, and shows the newest first.
  paging: { size: PAGE_SIZE },
  fields: {
    text: { wire: 'username', record: 'authorName' },
    requiredText: { wire: 'text', record: 'text' },
  },
  ids: (sandbox) => messagesOf(sandbox).map((wire) => expectedMessageId(CHANNEL, wire)),
  add: ({ actions }) => `${CHANNEL}/${actions.post(CHANNEL, { text: news() })}`,
  change: ({ actions }, id) => actions.edit(CHANNEL, markOf(id), news()),
  remove: ({ actions }, id) => actions.deleteMessage(CHANNEL, markOf(id)),
  backdate({ actions }, id, ms) {
    actions.advance(-ms)
    actions.edit(CHANNEL, markOf(id), news())
    actions.advance(ms)
  },
  expected: (sandbox, id) =>
    expectedMessage(CHANNEL, messagesOf(sandbox).find((wire) => expectedMessageId(CHANNEL, wire) === id) ?? {}),
}

const files: Hand = {
  listing: { path: '/api/files.list' },
  items: 'files',
  id: 'id',
  paging: { size: PAGE_SIZE, total: true },
  fields: {
    text: { wire: 'filetype', record: 'kind' },
    requiredText: { wire: 'name', record: 'name' },
  },
  ids: ({ actions }) => actions.fileIds(),
  add: ({ actions }) => actions.addFile(CHANNEL),
  change: ({ actions }, id) => actions.changeFile(id, { title: news() }),
  remove: ({ actions }, id) => actions.deleteFile(id),
  expected: ({ actions }, id) => expectedFile(byId(actions.truth().files, id)),
}

const sign = (body: string, at: number) => ({
  body: Buffer.from(body),
  headers: new Headers(signDelivery(body, { secret: sandboxSigningSecret, at })),
  receivedAt: at,
})

const webhooks: WebhookHand = {
  secrets: { signingSecret: sandboxSigningSecret },
  signedHeaders: ['x-slack-request-timestamp', 'x-slack-signature'],
  deliver(at, n) {
    const event = {
      type: 'message',
      channel: CHANNEL,
      user: 'U1',
      text: 'Hello',
      ts: `1748779200.${String(n).padStart(6, '0')}`,
    }
    const about = { teamId: sandboxTeamId, botUserId: 'UBOT', eventId: `Ev${String(n)}`, at }
    return sign(JSON.stringify(envelopeOf(event, about)), at)
  },
  challenge: (at) => ({ delivery: sign(JSON.stringify(handshakeOf('3eZbrw1aBm2rZ')), at), answer: '3eZbrw1aBm2rZ' }),
}

/** What the checks of the testkit need to know of Slack. */
export const subject: AdapterSubject<Slack, SlackActions> = {
  adapter: slack,
  sandbox: () => slackSandbox(small),
  credentials: { accessToken: sandboxBotToken },
  wrongCredentials: { accessToken: `xoxb-${'f'.repeat(40)}` },
  otherCredentials({ actions }) {
    actions.revokeToken()
    return { accessToken: actions.issueToken() }
  },
  settings: { teamId: sandboxTeamId, pageSize: PAGE_SIZE },
  advance: ({ actions }, ms) => actions.advance(ms),
  revoke: ({ actions }) => actions.revokeToken(),
  webhooks,
  entities: { channels, users, messages, files },
}

export { CHANNEL }
