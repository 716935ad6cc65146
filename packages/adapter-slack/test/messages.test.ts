import type { WireBody } from '@unioneyes/adapter-kit'
import type { Page } from '@unioneyes/core'
import { fault, faultyStore } from '@unioneyes/testkit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { api } from '../src/api.ts'
import { historyOf } from '../src/history.ts'
import { ReadPlaces } from '../src/message-places.ts'
import type { SlackSandboxOptions } from '../src/sandbox.ts'
import { expectedMessages, openApp } from './app.ts'
import { AT, DAY, connect, openSandbox, refusalOf } from './live.ts'
import type { Sandbox } from './live.ts'

const HISTORY = '/api/conversations.history'
const settings = api.definition.settings.parse({})
const answer = { headers: new Headers(), url: 'https://slack.com/', items: 1, total: undefined, token: undefined }
const REPLIES = '/api/conversations.replies'

async function open(options: SlackSandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox(options)
  onTestFinished(async () => {
    expect(sandbox.errors).toEqual([])
    await sandbox.close()
  })
  return sandbox
}

/** An app whose process can be ended behind a commit. */
async function openFragile(sandbox: Sandbox, settings: Readonly<Record<string, unknown>> = {}) {
  let left = Number.POSITIVE_INFINITY
  const app = await openApp({
    url: sandbox.url,
    settings: { pageSize: 3, ...settings },
    store: (store) =>
      faultyStore(store, ({ call, phase }) => {
        if (call !== 'pages.commitPage' || phase !== 'after' || (left -= 1) > 0) return
        left = Number.POSITIVE_INFINITY
        throw new Error('The process is gone.')
      }),
  })
  onTestFinished(() => app.close())
  return Object.assign(app, { endAfter: (commits: number) => (left = commits) })
}

/** Does something when a method is asked, before it answers. */
function before(sandbox: Sandbox, path: string, nth: number, happen: () => void): void {
  let asked = 0
  sandbox.faults.inject({
    match: (request) => {
      if (request.path === path && (asked += 1) === nth) happen()
      return false
    },
    fault: fault.reset(),
  })
}

const asked = (sandbox: Sandbox, path: string): URLSearchParams[] =>
  sandbox.requests.list({ path }).map(({ query }) => new URLSearchParams(query))

/** A workspace with a channel and so many messages in it, the oldest first. */
async function talk(messages: number, options: SlackSandboxOptions = {}) {
  const sandbox = await open(options)
  const [channel = ''] = sandbox.actions.channelIds()
  const marks = Array.from({ length: messages }, (_, n) => {
    sandbox.actions.advance(1000)
    return sandbox.actions.post(channel, { text: `Message ${String(n)}` })
  })
  return { sandbox, actions: sandbox.actions, channel, marks }
}

describe('history', () => {
  test('is asked for with an upper bound always, since Slack begins at the lower one otherwise', async () => {
    const { sandbox, actions, channel, marks } = await talk(7)
    const app = await openFragile(sandbox)
    await app.full('messages')
    const ahead = `${String(AT / 1000 + 7 + 86_400)}.000000`
    expect(asked(sandbox, HISTORY).map((query) => query.get('latest'))).toEqual([ahead, marks[4], marks[1]])
    expect(asked(sandbox, HISTORY).map((query) => query.get('oldest'))).toEqual([null, null, null])
    sandbox.requests.clear()
    actions.advance(DAY)
    actions.post(channel)
    await app.incremental('messages')
    for (const query of asked(sandbox, HISTORY)) {
      expect(query.get('oldest')).toBe(`${String(AT / 1000 + 7 - 300 - 30 * 86_400)}.000000`)
      expect(query.get('latest')).toMatch(/^\d{10}\.\d{6}$/)
    }
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
  })

  test('never goes on at a cursor that was saved, since they do not last', async () => {
    const { sandbox, actions, marks } = await talk(7)
    const app = await openFragile(sandbox)
    app.endAfter(1)
    expect(await app.full('messages')).toMatchObject({ status: 'failed' })
    actions.expireCursors()
    sandbox.requests.clear()
    const run = await app.full('messages')
    expect(run).toMatchObject({ status: 'success' })
    expect(asked(sandbox, HISTORY).map((query) => query.get('latest'))).toEqual([marks[4], marks[1]])
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
  })

  test('that says there is more, and not where, is refused', async () => {
    const { sandbox } = await talk(1)
    const body = { ok: true, messages: [], has_more: true, response_metadata: { next_cursor: '' } }
    sandbox.faults.inject({ match: { path: HISTORY }, fault: fault.wrongShape(body) })
    const integration = await connect({ baseUrl: sandbox.url })
    const error = await refusalOf(Array.fromAsync(integration.read?.('messages') ?? []))
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID', entity: 'messages' })
  })

  test('of a provider that does not tell its time is refused, because there is no telling where to start next', async () => {
    const { sandbox } = await talk(1)
    const answer = fault.status(
      200,
      { 'content-type': 'application/json', date: 'sometime' },
      '{"ok":true,"channels":[]}',
    )
    sandbox.faults.inject({ match: { path: '/api/conversations.list' }, fault: answer })
    const integration = await connect({ baseUrl: sandbox.url })
    const error = await refusalOf(Array.fromAsync(integration.read?.('messages') ?? []))
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID', entity: 'messages' })
    expect(error.message).toContain('Date')
  })

  test('of direct messages is read when the settings say so', async () => {
    const scopes = ['channels', 'groups', 'im', 'mpim'].flatMap((kind) => [`${kind}:read`, `${kind}:history`])
    const sandbox = await open({ channels: 1, ims: 1, mpims: 1, messagesPerChannel: 2, scopes })
    const read = async (channelTypes: readonly string[]) => {
      const integration = await connect({ baseUrl: sandbox.url, settings: { channelTypes } })
      const pages: Page[] = await Array.fromAsync(integration.read?.('messages') ?? [])
      const ids = pages.flatMap(({ rows }) => rows?.items.map(({ id }) => id?.slice(0, 1)) ?? [])
      return ids.join('')
    }
    expect(await read(['public_channel', 'private_channel'])).toBe('CC')
    expect(await read(['im', 'mpim'])).toBe('DDGG')
  })
})

describe('a read that was interrupted', () => {
  test('in a thread loses nothing when the page that it began in has moved up', async () => {
    const { sandbox, actions, channel, marks } = await talk(6)
    const [oldest = '', , , , begun = '', newest = ''] = marks
    actions.reply(channel, begun)
    const app = await openFragile(sandbox)
    // The first page shows 3, 4 and 5; the read ends before the thread of 4.
    app.endAfter(1)
    expect(await app.full('messages')).toMatchObject({ status: 'failed', counters: { created: 3 } })
    actions.deleteMessage(channel, newest)
    expect(await app.full('messages')).toMatchObject({ status: 'success' })
    await app.incremental('messages')
    const kept = await app.kept('messages')
    expect([...kept.keys()]).toContain(`${channel}/${oldest}`)
    expect(kept).toEqual(expectedMessages(actions))
  })

  test('in a long thread goes on behind the last reply that was kept', async () => {
    const { sandbox, actions, channel, marks } = await talk(1)
    const [begun = ''] = marks
    const replies = Array.from({ length: 9 }, () => actions.reply(channel, begun))
    const app = await openFragile(sandbox)
    app.endAfter(3)
    expect(await app.full('messages')).toMatchObject({ status: 'failed', counters: { created: 6 } })
    sandbox.requests.clear()
    expect(await app.full('messages')).toMatchObject({ status: 'success' })
    expect(asked(sandbox, REPLIES)[0]?.get('oldest')).toBe(replies[4])
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
  })

  test('ends with a cursor of the time at which it began', async () => {
    const { sandbox, actions } = await talk(7)
    const integration = await connect({ baseUrl: sandbox.url, settings: { pageSize: 3 } })
    const [first]: Page[] = await Array.fromAsync(integration.read?.('messages') ?? [])
    actions.advance(3 * DAY)
    const rest: Page[] = await Array.fromAsync(integration.read?.('messages', { pageToken: first?.next }) ?? [])
    expect(rest.at(-1)?.cursor).toMatchObject({ since: AT / 1000 + 7 })
  })

  test('does not say that it read channels which came meanwhile before its place, nor any whose fate it does not know', async () => {
    const sandbox = await open({ channels: 3, messagesPerChannel: 4 })
    const { actions } = sandbox
    const closed = actions.createChannel({ isMember: false })
    const channels = actions.readableChannelIds().sort()
    const integration = await connect({ baseUrl: sandbox.url, settings: { pageSize: 3 } })
    const read = async (pageToken?: Page['next']): Promise<Page[]> =>
      Array.fromAsync(integration.read?.('messages', { pageToken }) ?? [])
    const pages = await read()
    expect(pages.at(-1)?.cursor).toMatchObject({ channels })
    const token = pages.at(-2)?.next
    expect((await read(token)).at(-1)?.cursor).toMatchObject({ channels })
    actions.inviteBot(closed)
    // It stands behind all others, and is read now.
    expect((await read(token)).at(-1)?.cursor).toMatchObject({ channels: [] })
    const middle = pages.findIndex(({ next }) => JSON.stringify(next).includes(channels[1] ?? ''))
    expect((await read(pages[middle]?.next)).at(-1)?.cursor).toMatchObject({ channels: [...channels, closed] })
    actions.kickBot(channels[0] ?? '')
    expect((await read(pages[middle]?.next)).at(-1)?.cursor).toMatchObject({
      channels: [channels[1], channels[2], closed],
    })
  })

  test('does not forget in a second interruption what the first one left in doubt', () => {
    const now = (): number => 7
    const begun = new ReadPlaces(['C1', 'C5', 'C6'], undefined, now)
    const joined = new ReadPlaces(['C0', 'C1', 'C5', 'C6'], begun.at('C5'), now)
    expect(joined.cursor.channels).toEqual(['C5', 'C6'])
    expect(new ReadPlaces(['C0', 'C1', 'C5', 'C6'], joined.at('C6'), now).cursor.channels).toEqual(['C6'])
    begun.skip('C1')
    const skipped = new ReadPlaces(['C1', 'C5', 'C6'], begun.at('C5'), now)
    expect(new ReadPlaces(['C1', 'C5', 'C6'], skipped.at('C6'), now).cursor.channels).toEqual(['C6'])
  })

  test('goes on when only the cursor says that there is more', () => {
    const { paginate } = historyOf('C1', { latest: '1780315200.000000' }, settings)
    const list = [{ ts: '1780315100.000100' }]
    const step = (body: unknown) =>
      typeof paginate === 'function' ? paginate({ ...answer, body: body as WireBody, list }) : {}
    expect(step({ response_metadata: { next_cursor: 'bmV4dA==' } })).toEqual({
      params: { latest: '1780315100.000100' },
    })
    expect(step({ has_more: false, response_metadata: { next_cursor: '' } })).toBeUndefined()
  })

  test('at a page token of something else begins again and says so', async () => {
    const { sandbox } = await talk(2)
    const integration = await connect({ baseUrl: sandbox.url })
    const [first]: Page[] = await Array.fromAsync(
      integration.read?.('messages', { pageToken: { t: { page: 3 } } }) ?? [],
    )
    expect(first?.restarted).toContain('begins again')
  })
})

describe('a channel that the bot is not in', () => {
  test.each(['full', 'incremental'] as const)('any more keeps its messages in a %s sync', async (type) => {
    const sandbox = await open({ channels: 2, messagesPerChannel: 4 })
    const { actions } = sandbox
    const app = await openFragile(sandbox)
    await app.full('messages')
    const all = expectedMessages(actions)
    const [, left = ''] = actions.readableChannelIds()
    actions.kickBot(left)
    actions.advance(DAY)
    expect(await app[type]('messages')).toMatchObject({ status: 'success', counters: { deleted: 0 } })
    expect(await app.kept('messages')).toEqual(all)
    // What was missed is read when it is in there again.
    actions.post(left, { text: 'Missed' })
    actions.advance(100 * DAY)
    await app.incremental('messages')
    actions.inviteBot(left)
    await app.incremental('messages')
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
  })

  test.each([1, 2])('since it was listed keeps its messages, whichever page is refused: %i', async (nth) => {
    const sandbox = await open({ channels: 2, messagesPerChannel: 5 })
    const { actions } = sandbox
    const app = await openFragile(sandbox, { messageBackDays: 1 })
    await app.full('messages')
    const all = expectedMessages(actions)
    const [refused = ''] = actions.readableChannelIds().sort()
    before(sandbox, HISTORY, nth, () => actions.refuseChannel(refused, 'not_in_channel'))
    expect(await app.full('messages')).toMatchObject({ status: 'success', counters: { deleted: 0, failed: 0 } })
    expect(await app.kept('messages')).toEqual(all)
    // It does not count as read: what happens there far back in the past is found when it is open again.
    actions.refuseChannel(refused, undefined)
    const [first = ''] = actions.messageIds(refused)
    actions.edit(refused, first, 'Edited')
    sandbox.faults.clear()
    await app.incremental('messages')
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
  })

  test.each([
    { unseenChannels: 'keep', deleted: 0 },
    { unseenChannels: 'delete', deleted: 1 },
  ] as const)('any more and is private looks as if it were deleted: $unseenChannels its messages', async (given) => {
    const { unseenChannels, deleted } = given
    const { sandbox, actions } = await talk(30)
    const hidden = actions.createChannel({ isPrivate: true })
    actions.post(hidden)
    const app = await openFragile(sandbox, { unseenChannels })
    await app.full('messages')
    actions.kickBot(hidden)
    expect(await app.incremental('messages')).toMatchObject({ status: 'success', counters: { deleted: 0 } })
    expect(await app.full('messages')).toMatchObject({ status: 'success', counters: { deleted } })
    // What is gone of the channels that it sees is gone all the same.
    const [channel = ''] = actions.readableChannelIds()
    actions.deleteMessage(channel, actions.messageIds(channel).at(-1) ?? '')
    expect(await app.full('messages')).toMatchObject({ status: 'success', counters: { deleted: 1 } })
  })

  test('since its threads are read does not count as read', async () => {
    const { sandbox, actions, channel, marks } = await talk(2)
    for (const ts of marks) actions.reply(channel, ts, { text: 'An old reply' })
    actions.advance(10 * DAY)
    const app = await openFragile(sandbox)
    before(sandbox, REPLIES, 1, () => actions.refuseChannel(channel, 'not_in_channel'))
    expect(await app.full('messages')).toMatchObject({ status: 'success', counters: { failed: 0 } })
    actions.refuseChannel(channel, undefined)
    sandbox.faults.clear()
    await app.incremental('messages')
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
  })

  test('as far as can be told, since it is written unlike others, loses no message', async () => {
    const sandbox = await open({ channels: 2, messagesPerChannel: 3 })
    const { actions } = sandbox
    const app = await openFragile(sandbox, { unseenChannels: 'delete' })
    await app.full('messages')
    const all = expectedMessages(actions)
    const [odd = ''] = actions.readableChannelIds()
    const channel = actions.truth().channels.find(({ id }) => id === odd)
    actions.corruptChannel(odd, { ...channel, shared_team_ids: [null] })
    expect(await app.full('messages')).toMatchObject({ status: 'success', counters: { deleted: 0 } })
    expect(await app.kept('messages')).toEqual(all)
  })

  test.each(['channel_not_found', 'is_archived', 'channel_is_limited_access', 'access_denied'])(
    'because of %s is left out, and the others are read',
    async (error) => {
      const sandbox = await open({ channels: 2, messagesPerChannel: 2 })
      const [refused = ''] = sandbox.actions.readableChannelIds()
      sandbox.actions.refuseChannel(refused, error)
      const app = await openFragile(sandbox)
      expect(await app.full('messages')).toMatchObject({ status: 'success', counters: { created: 2 } })
    },
  )
})

test('a channel that the bot was taken into is read whole by the next increment', async () => {
  const sandbox = await open({ channels: 6, messagesPerChannel: 9, threadShare: 0.5 })
  const { actions } = sandbox
  const closed = actions.channelIds().find((id) => !actions.readableChannelIds().includes(id)) ?? ''
  const app = await openFragile(sandbox, { messageBackDays: 1, threadBackDays: 0 })
  await app.full('messages')
  actions.inviteBot(closed)
  await app.incremental('messages')
  expect(actions.messageIds(closed).length).toBeGreaterThan(9)
  expect(await app.kept('messages')).toEqual(expectedMessages(actions))
})

test.each(['full', 'incremental'] as const)(
  'a free plan that hides what is old deletes nothing in a %s sync',
  async (type) => {
    const { sandbox, actions, channel } = await talk(3, { historyDays: 90 })
    const app = await openFragile(sandbox, { messageBackDays: 600 })
    await app.full('messages')
    actions.advance(80 * DAY)
    const [gone = ''] = [actions.post(channel), actions.post(channel), actions.post(channel)].slice(1)
    await app.incremental('messages')
    const all = expectedMessages(actions)
    actions.advance(20 * DAY)
    expect(expectedMessages(actions).size).toBe(3)
    await app[type]('messages')
    expect(await app.kept('messages')).toEqual(all)
    // What is shown as a gap between messages is one all the same.
    actions.deleteMessage(channel, gone)
    all.delete(`${channel}/${gone}`)
    await app.incremental('messages')
    expect(await app.kept('messages')).toEqual(all)
  },
)

describe('threads', () => {
  test('in which nothing was said since are not read, and yet lose the replies that were deleted at their end', async () => {
    const { sandbox, actions, channel, marks } = await talk(2)
    const [begun = '', other = ''] = marks
    const replies = [1, 2, 3].map(() => actions.reply(channel, begun))
    actions.reply(channel, other)
    actions.advance(DAY)
    const app = await openFragile(sandbox, { threadBackDays: 0 })
    await app.full('messages')
    sandbox.requests.clear()
    actions.advance(DAY)
    actions.deleteMessage(channel, replies[2] ?? '')
    actions.deleteMessage(channel, replies[1] ?? '')
    await app.incremental('messages')
    expect(asked(sandbox, REPLIES)).toEqual([])
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
  })

  test('whose first message is gone keep their replies under what is left of it', async () => {
    const { sandbox, actions, channel, marks } = await talk(2)
    const [begun = ''] = marks
    const reply = actions.reply(channel, begun)
    const app = await openFragile(sandbox)
    await app.full('messages')
    actions.deleteMessage(channel, begun)
    await app.incremental('messages')
    const kept = await app.kept('messages')
    expect(kept.get(`${channel}/${begun}`)).toMatchObject({ kind: 'deleted', replyCount: 1 })
    expect(kept.get(`${channel}/${begun}/${reply}`)).toMatchObject({ threadId: `${channel}/${begun}` })
    actions.deleteMessage(channel, reply)
    await app.incremental('messages')
    expect([...(await app.kept('messages')).keys()]).toEqual([`${channel}/${marks[1] ?? ''}`])
  })

  test('that are not there any more when they are asked for are no reason to stop', async () => {
    const { sandbox, actions, channel, marks } = await talk(3)
    const [begun = ''] = marks
    const reply = actions.reply(channel, begun)
    const app = await openFragile(sandbox)
    await app.full('messages')
    before(sandbox, REPLIES, 1, () => {
      actions.deleteMessage(channel, reply)
      actions.deleteMessage(channel, begun)
    })
    expect(await app.full('messages')).toMatchObject({ status: 'success', counters: { deleted: 0 } })
    sandbox.faults.clear()
    await app.incremental('messages')
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
  })

  test('show a reply that the channel shows too once, under the id of a reply', async () => {
    const { sandbox, actions, channel, marks } = await talk(1)
    const [begun = ''] = marks
    const shown = actions.reply(channel, begun, { text: 'For all' }, true)
    const app = await openFragile(sandbox)
    expect(await app.full('messages')).toMatchObject({ counters: { created: 2 } })
    const kept = await app.kept('messages')
    expect([...kept.keys()]).toEqual([`${channel}/${begun}`, `${channel}/${begun}/${shown}`])
    expect(kept.get(`${channel}/${begun}/${shown}`)).toMatchObject({ subtype: 'thread_broadcast', kind: 'message' })
  })
})

describe('a message that cannot be read', () => {
  test('is told apart, and the others arrive', async () => {
    const { sandbox, actions, channel, marks } = await talk(3)
    const [, bad = ''] = marks
    actions.changeMessage(channel, bad, { reactions: 'many' })
    const app = await openFragile(sandbox)
    expect(await app.full('messages')).toMatchObject({ status: 'partial', counters: { created: 2, failed: 1 } })
  })

  test('because its time mark is none makes the listing incomplete: nothing is deleted by absence', async () => {
    const { sandbox, actions, channel, marks } = await talk(3)
    const app = await openFragile(sandbox)
    await app.full('messages')
    const [, bad = '', gone = ''] = marks
    actions.deleteMessage(channel, gone)
    // As a program writes it that takes time marks for numbers.
    actions.changeMessage(channel, bad, { ts: Number(bad) })
    expect(await app.full('messages')).toMatchObject({ status: 'partial', counters: { deleted: 0, failed: 1 } })
    expect((await app.kept('messages')).size).toBe(3)
  })
})
