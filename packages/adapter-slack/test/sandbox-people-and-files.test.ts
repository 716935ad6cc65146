import { afterEach, describe, expect, test } from 'vitest'
import { sandboxTeamId } from '../src/sandbox.ts'
import type { SlackSandboxOptions, Wire } from '../src/sandbox.ts'
import { AT, list, openSandbox, wire } from './sandbox-call.ts'
import type { Opened } from './sandbox-call.ts'

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

describe('people', () => {
  test('are all in the listing, deactivated ones and Slackbot too, but no strangers', async () => {
    const { actions } = await open({ users: 60 })
    const { items } = await sandbox.walk('users.list', 'members', { limit: '7' })
    expect(items).toEqual(actions.truth().users)
    expect(items.find(({ id }) => id === 'USLACKBOT')).toMatchObject({ is_bot: false, updated: 0 })
    for (const name of ['deleted', 'is_bot', 'is_app_user', 'is_restricted', 'is_ultra_restricted', 'is_admin']) {
      expect(
        items.some((one) => one[name] === true),
        name,
      ).toBe(true)
    }
    expect(items.some((one) => wire(one.profile).email === undefined && one.is_bot === false)).toBe(true)
    const [stranger] = actions.truth().strangers
    expect(stranger).toMatchObject({ is_stranger: true })
    expect(stranger?.team_id).not.toBe(sandboxTeamId)
    expect(items.some(({ id }) => id === stranger?.id)).toBe(false)
    expect((await sandbox.call('users.info', { user: String(stranger?.id) })).body.user).toEqual(stranger)
  })

  test('strangers write in channels that are shared', async () => {
    const { actions } = await open({ messagesPerChannel: 200 })
    const strangers = new Set(actions.truth().strangers.map(({ id }) => id))
    const shared = actions.truth().channels.find((one) => one.is_ext_shared === true)
    expect(messagesIn(String(shared?.id)).some(({ user }) => strangers.has(user))).toBe(true)
  })

  test('in an organization their ids begin with W', async () => {
    const { actions } = await open({ enterprise: true })
    const people = actions.truth().users.filter((one) => one.is_bot === false && one.id !== 'USLACKBOT')
    expect(people.every(({ id }) => String(id).startsWith('W'))).toBe(true)
    expect(people.some((one) => wire(one.enterprise_user).enterprise_id !== undefined)).toBe(true)
    const user = String(people[0]?.id)
    expect(wire((await sandbox.call('users.info', { user })).body.user).id).toBe(user)
  })

  test('without a limit the whole set comes, or the question is refused', async () => {
    await open({ users: 40 })
    expect(list((await sandbox.call('users.list')).body.members)).toHaveLength(42)
    await sandbox.close()
    await open({ users: 40, limitRequired: true })
    expect(await errorOf('users.list')).toBe('limit_required')
    expect((await sandbox.call('users.list', { limit: '200' })).body.ok).toBe(true)
  })

  test('what becomes of people', async () => {
    const { actions } = await open()
    actions.advance(5_000)
    const id = actions.addUser({ name: 'new', profile: { email: 'new@example.com' } })
    const user = async (): Promise<Wire> => wire((await sandbox.call('users.info', { user: id })).body.user)
    expect(await user()).toMatchObject({ name: 'new', deleted: false, updated: AT / 1000 + 5 })
    actions.advance(1_000)
    actions.changeUser(id, { profile: { title: 'Steward' } })
    expect(await user()).toMatchObject({
      updated: AT / 1000 + 6,
      profile: { title: 'Steward', email: 'new@example.com' },
    })
    actions.deactivateUser(id)
    expect(await user()).toMatchObject({ deleted: true })
    expect(await errorOf('users.info', { user: 'U0NOBODY' })).toBe('user_not_found')
  })
})

describe('files', () => {
  const pages = async (count: number, args: Record<string, string> = {}) => {
    const items: Wire[] = []
    const sizes: number[] = []
    for (let page = 1, of = 1; page <= of; page += 1) {
      const { body } = await sandbox.call('files.list', { count: String(count), page: String(page), ...args })
      items.push(...list(body.files))
      sizes.push(list(body.files).length)
      of = Number(wire(body.paging).pages)
      expect(body.paging).toMatchObject({ count, page })
    }
    return { items, sizes }
  }

  test('are paged by number, the latest first', async () => {
    const { actions } = await open({ files: 37, messagesPerChannel: 60 })
    const { items, sizes } = await pages(10)
    expect(items).toEqual(actions.truth().files)
    expect(sizes).toEqual([10, 10, 10, 7])
    const created = items.map((one) => Number(one.created))
    expect(created).toEqual(created.toSorted((left, right) => right - left))
    for (const name of ['is_external', 'is_tombstoned', 'is_public'])
      expect(
        items.some((one) => one[name] === true),
        name,
      ).toBe(true)
    const edge = String(created[5])
    const { body } = await sandbox.call('files.list', { ts_from: edge, ts_to: edge })
    expect(list(body.files).map(({ id }) => id)).toContain(items[5]?.id)
  })

  test('the first page can be empty although there are more', async () => {
    const { actions } = await open({ emptyFirstFilePage: true, files: 12 })
    const { items, sizes } = await pages(5)
    expect(sizes[0]).toBe(0)
    expect(items).toEqual(actions.truth().files)
  })

  test('are the ones that messages show', async () => {
    const { actions } = await open({ messagesPerChannel: 60 })
    const [channel = ''] = actions.readableChannelIds()
    const message = messagesIn(channel).find((one) => one.files !== undefined)
    const file = list(message?.files)[0]
    expect(file).toMatchObject({ user: message?.user, channels: [channel] })
    expect(String(message?.ts).startsWith(String(file?.created))).toBe(true)
    expect((await sandbox.call('files.info', { file: String(file?.id) })).body.file).toEqual(file)
    const within = list((await sandbox.call('files.list', { channel })).body.files)
    expect(within.map(({ id }) => id)).toContain(file?.id)
    expect(within.length).toBeLessThan(actions.fileIds().length)
  })

  test('what becomes of files', async () => {
    const { actions } = await open()
    const [channel = '', elsewhere = ''] = actions.readableChannelIds()
    const id = actions.addFile(channel, { name: 'minutes.txt' })
    const file = async (): Promise<Wire> => wire((await sandbox.call('files.info', { file: id })).body.file)
    expect(await file()).toMatchObject({ name: 'minutes.txt', created: AT / 1000, channels: [channel] })
    expect(list(messagesIn(channel).at(-1)?.files)[0]).toMatchObject({ id, name: 'minutes.txt' })
    actions.changeFile(id, { name: 'minutes 2.txt' })
    actions.shareFile(id, elsewhere)
    expect(await file()).toMatchObject({ name: 'minutes 2.txt', channels: [channel, elsewhere] })
    actions.deleteFile(id)
    expect(await errorOf('files.info', { file: id })).toBe('file_deleted')
    expect(await errorOf('files.info', { file: 'F0NOTHING' })).toBe('file_not_found')
    expect(actions.fileIds()).not.toContain(id)
    expect(messagesIn(channel).at(-1)?.files).toEqual([{ id, mode: 'tombstone' }])
  })

  test('those of strangers can be shown by id only, for files.info to tell the rest', async () => {
    await open({ checkFileInfo: true, files: 400, messagesPerChannel: 400 })
    const bare = list((await sandbox.call('files.list', { count: '1000' })).body.files).find(
      (one) => one.file_access !== undefined,
    )
    expect(bare).toMatchObject({ file_access: 'check_file_info' })
    expect(wire((await sandbox.call('files.info', { file: String(bare?.id) })).body.file).name).toEqual(
      expect.any(String),
    )
  })
})
