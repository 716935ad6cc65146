import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { sandboxScopes } from '../src/sandbox.ts'
import type { SlackSandboxOptions, Wire } from '../src/sandbox.ts'
import { AT, cursorOf, list, openSandbox } from './sandbox-call.ts'
import type { Opened } from './sandbox-call.ts'

const DAY = 86_400_000
const DIRECT = ['im:read', 'im:history', 'mpim:read', 'mpim:history']

let sandbox: Opened
afterEach(() => sandbox.close())

async function open(options: SlackSandboxOptions = {}): Promise<Opened> {
  sandbox = await openSandbox(options)
  return sandbox
}

const errorOf = async (method: string, args: Record<string, string> = {}, token?: string | null): Promise<unknown> => {
  const { status, body } = await sandbox.call(method, args, token)
  expect(status).toBe(200)
  expect(body.ok).toBe(false)
  return body.error
}

/** What a history has to show: everything but replies that were not broadcast. */
const shown = (messages: readonly Wire[]): Wire[] =>
  messages
    .filter(
      ({ ts, thread_ts, subtype }) => thread_ts === undefined || thread_ts === ts || subtype === 'thread_broadcast',
    )
    .toReversed()

function messagesIn(channel: string): readonly Wire[] {
  return sandbox.actions.truth().messages[channel] ?? []
}

const allMessages = (): Wire[] => Object.values(sandbox.actions.truth().messages).flat()
const some = (messages: readonly Wire[], subtype: string): boolean => messages.some((one) => one.subtype === subtype)

describe('messages', () => {
  test('however they are paged, a history shows all of them once, newest first', async () => {
    const { actions } = await open({ messagesPerChannel: 90, scopes: [...sandboxScopes, ...DIRECT] })
    for (const channel of actions.readableChannelIds()) {
      const { items } = await sandbox.walk('conversations.history', 'messages', { channel, limit: '17' })
      expect(items).toHaveLength(90)
      expect(items).toEqual(shown(messagesIn(channel)))
    }
    // A moment is unique in its channel, and only there.
    const every = allMessages()
    expect(new Set(every.map(({ ts }) => ts)).size).toBeLessThan(every.length)
  })

  test.each([
    { messagesPerChannel: 2_000, channels: 3, threadShare: 0.3, repliesPerThread: 9 },
    { messagesPerChannel: 200, channels: 2, threadShare: 1, repliesPerThread: 5 },
    { messagesPerChannel: 9_000, channels: 1, threadShare: 0.5, repliesPerThread: 2 },
  ])('no two messages of a channel have the same ts, although some are of the same second: %o', async (options) => {
    const { actions } = await open({ ...options, ims: 0, mpims: 0 })
    for (const channel of actions.readableChannelIds()) {
      const all = actions.messageIds(channel)
      expect(all.every((ts) => /^\d{10}\.\d{6}$/.test(ts))).toBe(true)
      expect(all.length).toBeGreaterThan(options.messagesPerChannel)
      expect(new Set(all).size).toBe(all.length)
      expect(new Set(all.map((ts) => ts.slice(0, 10))).size).toBeLessThan(all.length)
      expect(all.some((ts) => ts.endsWith('0'))).toBe(true)
      expect(all).toEqual(all.toSorted())
      expect(Number(all.at(-1))).toBeLessThan(AT / 1000)
    }
  })

  test('ranges leave their ends out unless they are inclusive', async () => {
    const { actions } = await open()
    const [channel = ''] = actions.readableChannelIds()
    const all = shown(messagesIn(channel))
      .map(({ ts }) => String(ts))
      .toReversed()
    await fc.assert(
      fc.asyncProperty(fc.nat(all.length - 1), fc.nat(all.length - 1), fc.boolean(), async (one, other, inclusive) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        const range = { oldest: all[from] ?? '', latest: all[to] ?? '', inclusive: String(inclusive) }
        const { body } = await sandbox.call('conversations.history', { channel, ...range })
        const expected = inclusive ? all.slice(from, to + 1) : all.slice(from + 1, to)
        expect(list(body.messages).map(({ ts }) => ts)).toEqual(expected.toReversed())
      }),
      { numRuns: 30 },
    )
    const whole = all[3] ?? ''
    const micro = `${whole.slice(0, 11)}${String(Number(whole.slice(11)) + 1).padStart(6, '0')}`
    const { body } = await sandbox.call('conversations.history', { channel, oldest: micro })
    expect(list(body.messages).map(({ ts }) => ts)).toEqual(all.slice(4).toReversed())
    expect(await errorOf('conversations.history', { channel, oldest: 'yesterday' })).toBe('invalid_ts_oldest')
    expect(await errorOf('conversations.history', { channel, latest: '1.2.3' })).toBe('invalid_ts_latest')
  })

  test('threads are shown by replies, oldest first, with their parent', async () => {
    const { actions } = await open({ messagesPerChannel: 120 })
    const [channel = ''] = actions.readableChannelIds()
    const parents = messagesIn(channel).filter((one) => one.reply_count !== undefined)
    expect(parents.length).toBeGreaterThan(8)
    for (const parent of parents) {
      const ts = String(parent.ts)
      const { items } = await sandbox.walk('conversations.replies', 'messages', { channel, ts, limit: '2' })
      const replies = items.filter((one) => one.ts !== ts)
      expect(items.filter((one) => one.ts === ts).length).toBeGreaterThanOrEqual(1)
      expect(replies).toHaveLength(Number(parent.reply_count))
      expect(replies.at(-1)?.ts).toBe(parent.latest_reply)
      expect(replies.map((one) => String(one.ts))).toEqual(replies.map((one) => String(one.ts)).toSorted())
      expect(replies.every((one) => one.thread_ts === ts)).toBe(true)
      // The thread is found by any of its messages.
      const { body } = await sandbox.call('conversations.replies', { channel, ts: String(replies[0]?.ts) })
      expect(list(body.messages)[0]?.ts).toBe(ts)
    }
    const plain = messagesIn(channel).find((one) => one.thread_ts === undefined)
    const alone = await sandbox.call('conversations.replies', { channel, ts: String(plain?.ts) })
    expect(list(alone.body.messages)).toEqual([plain])
    expect(await errorOf('conversations.replies', { channel, ts: '1.000000' })).toBe('thread_not_found')
  })

  test.each([
    ['every', 3],
    ['first', 1],
  ] as const)('the parent is on pages of replies: %s', async (parentInReplies, times) => {
    const { actions } = await open({ parentInReplies, threadShare: 0 })
    const [channel = ''] = actions.readableChannelIds()
    const parent = actions.post(channel)
    for (let n = 0; n < 4; n += 1) actions.reply(channel, parent, { text: String(n) })
    const { items, sizes } = await sandbox.walk('conversations.replies', 'messages', {
      channel,
      ts: parent,
      limit: '2',
    })
    expect(items.filter(({ ts }) => ts === parent)).toHaveLength(times)
    expect(items.filter(({ ts }) => ts !== parent).map(({ text }) => text)).toEqual(['0', '1', '2', '3'])
    expect(sizes).toHaveLength(3)
  })

  test('they are as various as messages are', async () => {
    await open({ messagesPerChannel: 400, channels: 8 })
    const all = allMessages()
    for (const subtype of [
      'bot_message',
      'channel_join',
      'channel_topic',
      'file_share',
      'thread_broadcast',
      'tombstone',
      'me_message',
    ]) {
      expect(some(all, subtype), subtype).toBe(true)
    }
    const has = (name: string): boolean => all.some((one) => one[name] !== undefined)
    for (const name of ['edited', 'reactions', 'blocks', 'attachments', 'bot_profile', 'files', 'user_team']) {
      expect(has(name), name).toBe(true)
    }
    expect(all.some((one) => one.subtype === 'bot_message' && one.user === undefined && one.bot_id !== undefined)).toBe(
      true,
    )
    expect(all.some((one) => one.subtype === 'bot_message' && Number(one.reply_count) > 0)).toBe(true)
    expect(all.some((one) => one.subtype === undefined && one.files !== undefined)).toBe(true)
    const text = all.map((one) => String(one.text)).join('\n')
    expect(text).toMatch(/\p{Script=Arabic}/u)
    expect(text).toMatch(/\p{Script=Hebrew}/u)
    expect(text).toMatch(/\p{Extended_Pictographic}/u)
    expect(text).toContain('&amp;')
    // A broadcast reply is a reply of its thread as well.
    const broadcast = all.find((one) => one.subtype === 'thread_broadcast')
    expect(broadcast?.thread_ts).not.toBe(broadcast?.ts)
    const parent = all.find((one) => one.ts === broadcast?.thread_ts)
    expect(Number(parent?.reply_count)).toBeGreaterThan(0)
    // Some replies come long after their parent's neighbors.
    expect(
      all.some((one) => one.reply_count !== undefined && Number(one.latest_reply) - Number(one.ts) > 5 * 86_400),
    ).toBe(true)
  })

  test('what becomes of messages', async () => {
    const { actions } = await open()
    const [channel = ''] = actions.readableChannelIds()
    const latest = async (): Promise<Wire[]> =>
      list((await sandbox.call('conversations.history', { channel, limit: '2' })).body.messages)
    const first = actions.post(channel, { text: 'one' })
    const second = actions.post(channel, { text: 'two', bot: { botId: 'B0TEST', username: 'Robot' } })
    expect((await latest()).map(({ ts }) => ts)).toEqual([second, first])
    expect((await latest())[0]).toMatchObject({ subtype: 'bot_message', username: 'Robot' })

    actions.edit(channel, first, 'one, better')
    expect((await latest())[1]).toMatchObject({
      ts: first,
      text: 'one, better',
      edited: { ts: expect.any(String) as string },
    })
    actions.react(channel, first, 'tada')
    expect((await latest())[1]?.reactions).toMatchObject([{ name: 'tada', count: 1 }])
    actions.unreact(channel, first, 'tada')
    expect((await latest())[1]?.reactions).toEqual([])

    const reply = actions.reply(channel, first, { text: 'late', bot: { botId: 'B0TEST', username: 'Robot' } })
    expect((await latest())[1]).toMatchObject({ reply_count: 1, latest_reply: reply, reply_users: ['B0TEST'] })
    const loud = actions.reply(channel, first, { text: 'to all' }, true)
    expect((await latest())[0]).toMatchObject({ ts: loud, subtype: 'thread_broadcast', thread_ts: first })

    actions.deleteMessage(channel, first)
    expect(actions.message(channel, first)).toMatchObject({ subtype: 'tombstone', reply_count: 2 })
    actions.deleteMessage(channel, loud)
    actions.deleteMessage(channel, reply)
    expect(actions.message(channel, first)).toBeUndefined()
    actions.deleteMessage(channel, second)
    const ids = actions.messageIds(channel)
    for (const gone of [first, second, reply, loud]) expect(ids).not.toContain(gone)

    const old = actions.post(channel, { at: AT - 30 * DAY })
    expect(actions.messageIds(channel)).toContain(old)
    const { items } = await sandbox.walk('conversations.history', 'messages', { channel, limit: '7' })
    expect(items).toEqual(shown(messagesIn(channel)))
  })

  test('messages posted between two pages are not in the pages that follow', async () => {
    const { actions } = await open()
    const [channel = ''] = actions.readableChannelIds()
    const before = shown(messagesIn(channel)).map(({ ts }) => ts)
    const { body } = await sandbox.call('conversations.history', { channel, limit: '10' })
    actions.post(channel)
    const rest = await sandbox.call('conversations.history', { channel, limit: '100', cursor: cursorOf(body) })
    expect([...list(body.messages), ...list(rest.body.messages)].map(({ ts }) => ts)).toEqual(before)
  })

  test('a free plan hides what is old and says so', async () => {
    const { actions } = await open({ historyDays: 90 })
    const [channel = ''] = actions.readableChannelIds()
    const { body } = await sandbox.call('conversations.history', { channel })
    expect(body.is_limited).toBe(true)
    const oldest = Math.min(...list(body.messages).map(({ ts }) => Number(ts)))
    expect(oldest).toBeGreaterThan((AT - 90 * DAY) / 1000)
    expect(list(body.messages)).toEqual(shown(messagesIn(channel)))
    const fresh = actions.createChannel()
    expect((await sandbox.call('conversations.history', { channel: fresh })).body.is_limited).toBeUndefined()
  })

  test('outside the Marketplace there are 15 messages a minute, whatever is asked for', async () => {
    const { actions } = await open({ nonMarketplace: true })
    const [channel = ''] = actions.readableChannelIds()
    const ask = () => sandbox.call('conversations.history', { channel, limit: '200' })
    expect(list((await ask()).body.messages)).toHaveLength(15)
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(refused.body).toEqual({ ok: false, error: 'ratelimited' })
    expect((await sandbox.call('conversations.info', { channel })).status).toBe(200)
    actions.advance(60_000)
    expect((await ask()).status).toBe(200)
  })
})
