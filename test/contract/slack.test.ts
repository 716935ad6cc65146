import { readFileSync } from 'node:fs'
import { slack } from '@unioneyes/adapter-slack'
import { sandboxBotToken, sandboxClient, sandboxTeamId, slackSandbox } from '@unioneyes/adapter-slack/sandbox'
import type { SlackActions, SlackSandboxOptions } from '@unioneyes/adapter-slack/sandbox'
import type { Json } from '@unioneyes/core'
import { startSandbox } from '@unioneyes/testkit'
import { describe, expect, test } from 'vitest'
import type { TestContext } from 'vitest'
import { parseOverlay } from './support/overlay.ts'
import { connectAdapter, hurriedClock, readEntity } from './support/read-adapter.ts'
import { openVendorContract, routesOutside } from './support/vendor-contract.ts'
import { vendorSpecification } from './support/vendor-specification.ts'
import { withAlternatives } from './support/written-alternatives.ts'

const file = new URL('../../packages/adapter-slack/test/contract/overlay.yaml', import.meta.url)
const overlay = parseOverlay(readFileSync(file, 'utf8'))
const NOON = Date.UTC(2026, 5, 1, 12)
// Its paths leave out what stands in its `basePath`.
const BASE = '/api'

async function openContract(context: TestContext, options: SlackSandboxOptions = {}) {
  const specification = withAlternatives(vendorSpecification(context, 'slack-web-api.openapi-v2.json'))
  await using stack = new AsyncDisposableStack()
  const clock = hurriedClock(NOON)
  const definition = slackSandbox({ now: () => clock.now(), users: 23, files: 12, messagesPerChannel: 30, ...options })
  const sandbox = stack.use(await startSandbox(definition))
  const { routes } = definition
  const contract = stack.use(await openVendorContract({ specification, overlay, sandbox, routes, basePath: BASE }))
  const owned = stack.move()
  const connect = (
    settings: Readonly<Record<string, Json>> = {},
    credentials: Readonly<Record<string, unknown>> = { accessToken: sandboxBotToken },
  ) =>
    connectAdapter({
      adapter: slack,
      baseUrl: new URL('/', contract.baseUrl).href,
      credentials,
      settings: { teamId: sandboxTeamId, pageSize: 10, ...settings },
      clock,
      oauthClient: sandboxClient,
    })
  return { sandbox, contract, connect, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

type Given = Awaited<ReturnType<typeof openContract>>

function change(actions: SlackActions): void {
  const [channel = ''] = actions.readableChannelIds()
  const begun = actions.post(channel, { text: 'News' })
  actions.reply(channel, begun, { text: 'More' })
  actions.edit(channel, actions.reply(channel, begun, {}, true), 'Edited')
  actions.addFile(channel)
}

/** Reads every entity whole, and then what changed: an entity that is added to the adapter is held to the contract from then on. */
async function readEverything({ sandbox }: Given, integration: Awaited<ReturnType<Given['connect']>>): Promise<void> {
  for (const [entity, { incremental }] of Object.entries(slack.entities)) {
    const whole = await readEntity(integration, entity)
    expect({ entity, empty: whole.ids.length === 0, invalid: whole.invalid }).toEqual({
      entity,
      empty: false,
      invalid: [],
    })
    if (!incremental) continue
    sandbox.actions.advance(60_000)
    change(sandbox.actions)
    const changed = await readEntity(integration, entity, { type: 'incremental', cursor: whole.cursor })
    expect({ entity, invalid: changed.invalid }).toEqual({ entity, invalid: [] })
  }
}

describe('Slack, held to its own specification by a proxy', () => {
  const direct = ['channels', 'groups', 'im', 'mpim'].flatMap((kind) => [`${kind}:read`, `${kind}:history`])
  const ways: readonly (readonly [
    way: string,
    options: SlackSandboxOptions,
    settings: Readonly<Record<string, Json>>,
  ])[] = [
    ['as most are', {}, {}],
    [
      'with direct messages, in other pages',
      { scopes: [...direct, 'users:read', 'files:read'], emptyPages: 3, shortPages: 2, parentInReplies: 'first' },
      { channelTypes: ['public_channel', 'private_channel', 'mpim', 'im'], pageSize: 100 },
    ],
    ['of an app that is not listed', { nonMarketplace: true, channels: 2 }, { distribution: 'unlisted' }],
    ['of an organization', { enterprise: true }, {}],
  ]
  for (const [way, options, settings] of ways) {
    test(`every entity, whole and what changed, ${way}`, async (context) => {
      await using given = await openContract(context, options)
      const integration = await given.connect(settings)
      expect(await integration.healthCheck()).toMatchObject({ status: 'healthy' })
      await readEverything(given, integration)
      console.log(`${way}; the proxy was up in ${given.contract.startupMs} ms\n${listOf(given)}`)
      expect(given.sandbox.errors).toEqual([])
      given.contract.assertKept()
    })
  }

  test('every entity with a rotating token that has to be renewed', async (context) => {
    await using given = await openContract(context)
    const { sandbox, contract } = given
    // At its end, so that it is renewed before Slack refuses it: see below.
    const { accessToken, refreshToken } = sandbox.actions.issueGrant()
    const integration = await given.connect({}, { accessToken, refreshToken, expiresAt: NOON })
    expect(await integration.healthCheck()).toMatchObject({ status: 'healthy' })
    await readEverything(given, integration)
    contract.assertKept()
    expect(sandbox.actions.tokenCounts()).toMatchObject({ renewed: 1, refused: 0 })
    expect(contract.operations().map(({ operation }) => operation)).toContain('POST /oauth.v2.access')
  })

  test('records that are fetched by their ids, of every entity', async (context) => {
    await using given = await openContract(context, { strangers: 1 })
    const { actions } = given.sandbox
    const integration = await given.connect()
    const [channel = ''] = actions.readableChannelIds()
    const begun = actions.post(channel)
    const reply = actions.reply(channel, begun)
    const wanted = {
      channels: [channel],
      messages: [`${channel}/${begun}`, `${channel}/${begun}/${reply}`],
      users: [actions.botUserId(), String(actions.truth().strangers[0]?.id)],
      files: actions.fileIds().slice(0, 2),
    }
    expect(Object.keys(wanted).sort()).toEqual(Object.keys(slack.entities).sort())
    for (const [entity, ids] of Object.entries(wanted)) {
      const pages = await Array.fromAsync(integration.fetch?.(entity, ids) ?? [])
      expect(pages.flatMap(({ rows }) => rows?.items ?? []).map(({ id }) => id)).toEqual(ids)
    }
    console.log(`by their ids\n${listOf(given)}`)
    given.contract.assertKept()
  })

  test('is no contract that anything passes: one property of another type is noticed in each', async (context) => {
    await using given = await openContract(context)
    const { actions } = given.sandbox
    const integration = await given.connect()
    const [channel = ''] = actions.readableChannelIds()
    actions.corruptChannel(channel, { created: 'yesterday' })
    actions.changeUser(actions.botUserId(), { tz_offset: 'east' })
    actions.changeFile(actions.fileIds()[0] ?? '', { size: 'large' })
    const begun = actions.post(channel)
    actions.reply(channel, begun, { raw: { reactions: 'many' } })
    actions.post(channel, { raw: { files: 'many' } })
    for (const entity of Object.keys(slack.entities)) await readEntity(integration, entity)
    const noticed = given.contract.violations().join('\n')
    for (const place of [
      'channels.*.created',
      'members.*.tz_offset',
      'files.*.size',
      'messages.*.reactions',
      'messages.*.files',
    ]) {
      expect(noticed).toContain(`${place}: must be`)
    }
  })

  // Its refusals stand under `default`, which stands for other statuses, while Slack sends nearly all of them with 200.
  test('does not know a refusal with status 200', async (context) => {
    await using given = await openContract(context)
    given.sandbox.actions.setScopes([])
    const integration = await given.connect()
    await expect(readEntity(integration, 'users')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })
    expect(given.contract.violations()).toContain(
      'GET /users.list: response.body.ok: must be equal to one of the allowed values: true',
    )
  })

  test('every route of the sandbox is an operation, or listed as outside of the specification', (context) => {
    const specification = vendorSpecification(context, 'slack-web-api.openapi-v2.json')
    const outside = routesOutside(specification, slackSandbox().routes, BASE)
    expect(outside).toEqual(overlay['x-outside'].map(({ route }) => route))
  })
})

function listOf({ contract }: Given): string {
  return contract
    .operations()
    .map(({ operation, count, statuses }) => `  ${String(count).padStart(3)} × ${operation} → ${statuses.join(', ')}`)
    .join('\n')
}
