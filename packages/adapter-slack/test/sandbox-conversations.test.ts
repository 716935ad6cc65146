import { afterEach, describe, expect, test } from 'vitest'
import { sandboxScopes } from '../src/sandbox.ts'
import type { SlackSandboxOptions, Wire } from '../src/sandbox.ts'
import { cursorOf, list, openSandbox, wire } from './sandbox-call.ts'
import type { Opened } from './sandbox-call.ts'

const DAY = 86_400_000
const ALL = 'public_channel,private_channel,im,mpim'
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

function messagesIn(channel: string): readonly Wire[] {
  return sandbox.actions.truth().messages[channel] ?? []
}

describe('conversations', () => {
  test('are listed by type, private ones only where the bot is a member', async () => {
    await open({ channels: 24, scopes: [...sandboxScopes, ...DIRECT] })
    const { items } = await sandbox.walk('conversations.list', 'channels', { types: ALL, limit: '3' })
    expect(items).toEqual(sandbox.actions.truth().channels)
    const usual = list((await sandbox.call('conversations.list')).body.channels)
    expect(usual.every((one) => one.is_private === false)).toBe(true)
    expect(usual.some((one) => one.is_member === false)).toBe(true)
    expect(usual.some((one) => one.is_archived === true)).toBe(true)
    expect(usual.some((one) => one.is_ext_shared === true)).toBe(true)
    const living = list((await sandbox.call('conversations.list', { exclude_archived: 'true' })).body.channels)
    expect(living).toHaveLength(usual.filter((one) => one.is_archived === false).length)
    const direct = list((await sandbox.call('conversations.list', { types: 'im' })).body.channels)
    expect(direct.every((one) => one.name === undefined && String(one.id).startsWith('D'))).toBe(true)
    const group = list((await sandbox.call('conversations.list', { types: 'mpim' })).body.channels)
    expect(String(group[0]?.name)).toMatch(/^mpdm-/)
    const [first] = usual
    expect(Number(first?.updated)).toBeGreaterThan(Number(first?.created) * 999)
    expect(await errorOf('conversations.list', { types: 'everything' })).toBe('invalid_types')
  })

  test('users.conversations lists those of the bot, or of somebody, without saying who is in them', async () => {
    await open()
    const mine = await sandbox.walk('users.conversations', 'channels', {
      types: 'public_channel,private_channel',
      limit: '2',
    })
    const channels = sandbox.actions.truth().channels.filter((one) => one.is_member === true && one.is_mpim === false)
    expect(mine.items.map(({ id }) => id)).toEqual(channels.map(({ id }) => id))
    expect(mine.items.every((one) => !('is_member' in one) && !('num_members' in one))).toBe(true)
    const [, , user = ''] = sandbox.actions.userIds()
    const theirs = list((await sandbox.call('users.conversations', { user })).body.channels)
    expect(theirs.length).toBeGreaterThan(0)
    expect(theirs.length).toBeLessThan(channels.length)
  })

  test('members are ids, as many as a channel says', async () => {
    await open()
    const channel = sandbox.actions.truth().channels[0]
    const id = String(channel?.id)
    let cursor = ''
    const members: string[] = []
    do {
      const { body } = await sandbox.call('conversations.members', {
        channel: id,
        limit: '4',
        ...(cursor !== '' && { cursor }),
      })
      members.push(...(body.members as string[]))
      cursor = cursorOf(body)
    } while (cursor !== '')
    expect(new Set(members).size).toBe(channel?.num_members)
    const added = sandbox.actions.addUser()
    sandbox.actions.join(id, added)
    const info = await sandbox.call('conversations.info', { channel: id, include_num_members: 'true' })
    expect(wire(info.body.channel).num_members).toBe(members.length + 1)
  })

  test('cursors are opaque, end in "=", and do not last', async () => {
    await open({ cursorMs: DAY })
    const { body } = await sandbox.call('conversations.list', { limit: '2' })
    const cursor = cursorOf(body)
    // Whatever their length is before they are encoded.
    for (const method of ['conversations.list', 'users.conversations', 'users.list']) {
      expect(cursorOf((await sandbox.call(method, { limit: '2' })).body), method).toMatch(/=$/)
    }
    const [channel = ''] = sandbox.actions.readableChannelIds()
    expect(cursorOf((await sandbox.call('conversations.history', { channel, limit: '2' })).body)).toMatch(/=$/)
    expect((await sandbox.call('conversations.list', { limit: '2', cursor })).body.ok).toBe(true)
    expect(await errorOf('users.list', { limit: '2', cursor })).toBe('invalid_cursor')
    expect(await errorOf('conversations.list', { cursor: 'nonsense' })).toBe('invalid_cursor')
    sandbox.actions.expireCursors()
    expect(await errorOf('conversations.list', { limit: '2', cursor })).toBe('invalid_cursor')
    const later = cursorOf((await sandbox.call('conversations.list', { limit: '2' })).body)
    sandbox.actions.advance(DAY)
    expect(await errorOf('conversations.list', { limit: '2', cursor: later })).toBe('invalid_cursor')
  })

  test.each([
    ['empty', { next_cursor: '' }],
    ['null', { next_cursor: null }],
    ['absent', undefined],
  ] as const)('the end is said in its ways: %s', async (endCursorAs, expected) => {
    await open({ endCursorAs })
    expect((await sandbox.call('conversations.list')).body.response_metadata).toEqual(expected)
  })

  test('a page without items or with fewer than asked for is not the end', async () => {
    await open({ emptyPages: 3, shortPages: 2, channels: 30 })
    const { items, sizes } = await sandbox.walk('conversations.list', 'channels', { limit: '4' })
    expect(items.map(({ id }) => id)).toEqual(
      sandbox.actions
        .truth()
        .channels.filter((one) => one.is_private === false)
        .map(({ id }) => id),
    )
    expect(sizes.slice(0, 6)).toEqual([4, 2, 0, 2, 4, 0])
  })

  test.each(['0', '-1', '1.5', 'many', '1000'])('a limit of %s is refused', async (limit) => {
    await open()
    expect(await errorOf('conversations.list', { limit })).toBe('invalid_limit')
  })

  test('what becomes of channels', async () => {
    const { actions } = await open()
    const id = actions.createChannel({ name: 'local-7' })
    const channel = async (): Promise<Wire> =>
      wire((await sandbox.call('conversations.info', { channel: id })).body.channel)
    const before = await channel()
    actions.advance(1_000)
    actions.rename(id, 'local-7b')
    const after = await channel()
    expect(after).toMatchObject({ name: 'local-7b', previous_names: ['local-7'], created: before.created })
    expect(Number(after.updated)).toBeGreaterThan(Number(before.updated))
    expect(messagesIn(id).map((one) => one.subtype)).toEqual(['channel_name'])
    actions.archive(id)
    expect(await channel()).toMatchObject({ is_archived: true })
    actions.kickBot(id)
    expect(await errorOf('conversations.history', { channel: id })).toBe('not_in_channel')
    actions.inviteBot(id)
    const next = actions.changeChannelId(id)
    expect(await errorOf('conversations.info', { channel: id })).toBe('channel_not_found')
    expect((await sandbox.call('conversations.history', { channel: next })).body.ok).toBe(true)
    actions.deleteChannel(next)
    expect(await errorOf('conversations.info', { channel: next })).toBe('channel_not_found')
    expect(actions.channelIds()).not.toContain(next)
    const secret = actions.createChannel({ isPrivate: true, isMember: false })
    expect(await errorOf('conversations.history', { channel: secret })).toBe('channel_not_found')
  })

  test('a history can be refused while the channel stays', async () => {
    const { actions } = await open()
    const [channel = ''] = actions.readableChannelIds()
    actions.refuseChannel(channel, 'channel_is_limited_access')
    expect(await errorOf('conversations.history', { channel })).toBe('channel_is_limited_access')
    expect(actions.truth().messages[channel]).toBeUndefined()
  })
})
