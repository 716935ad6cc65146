import { communication } from '@unioneyes/models'
import { describe, expect, test } from 'vitest'
import { api } from '../src/api.ts'
import type { Settings } from '../src/api.ts'
import { channelRow, toChannel } from '../src/channel-row.ts'
import { fileRow, toFile } from '../src/file-row.ts'
import { messageRows } from '../src/message-row.ts'
import { toUser, userRow } from '../src/user-row.ts'

const settingsOf = (given: object = {}): Settings => api.definition.settings.parse(given)
/** As an app sees it: stored as JSON, in which what is undefined is absent. */
const written = (record: object): unknown => JSON.parse(JSON.stringify(record))

const message = (raw: object) => {
  const rows = messageRows('C1')([{ ts: '1716239022.000200', ...raw }], settingsOf())
  const [item] = rows.items
  const result = rows.read(item?.raw)
  if (result.kind === 'record') {
    expect(communication.message.parse(result.record)).toBeDefined()
    return { id: item?.id, raw: item?.raw, ...(written(result.record) as object) }
  }
  return { id: item?.id, ...result }
}

describe('a message', () => {
  test.each([
    [{ user: 'U1' }, 'message', 'user'],
    [{ user: 'U1', bot_id: 'B1' }, 'message', 'bot'],
    [{ subtype: 'bot_message', username: 'Notices' }, 'message', 'bot'],
    [{ user: 'USLACKBOT' }, 'message', 'bot'],
    [{ subtype: 'me_message', user: 'U1' }, 'message', 'user'],
    [{ subtype: 'file_share', user: 'U1' }, 'message', 'user'],
    [{ subtype: 'thread_broadcast', user: 'U1' }, 'message', 'user'],
    [{ subtype: 'channel_join', user: 'U1' }, 'system', 'system'],
    [{ subtype: 'group_topic', user: 'U1' }, 'system', 'system'],
    [{ subtype: 'channel_posting_permissions', user: 'U1' }, 'system', 'system'],
    [{ subtype: 'pinned_item', user: 'U1' }, 'system', 'system'],
    [{ subtype: 'ekm_access_denied', user: 'UREVOKED' }, 'system', 'system'],
    [{ subtype: 'tombstone', user: 'USLACKBOT' }, 'deleted', 'unknown'],
    [{ subtype: 'of_next_year', user: 'U1' }, 'unknown', 'user'],
    [{}, 'message', 'unknown'],
  ])('%j is a %s by a %s', (raw, kind, authorKind) => {
    expect(message(raw)).toMatchObject({ kind, authorKind })
  })

  test('keeps every digit of its time mark, and the millisecond of its moment', () => {
    expect(message({ ts: '1716239022.123456' })).toMatchObject({
      id: 'C1/1716239022.123456',
      providerTimestamp: '1716239022.123456',
      sentAt: '2024-05-20T21:03:42.123Z',
    })
  })

  test('is named with its thread when it is a reply, and not when it began one', () => {
    expect(message({ thread_ts: '1716000000.000100' })).toMatchObject({
      id: 'C1/1716000000.000100/1716239022.000200',
      threadId: 'C1/1716000000.000100',
    })
    const begun = message({ thread_ts: '1716239022.000200', reply_count: 2, latest_reply: '1716239100.000000' })
    expect(begun).toMatchObject({ id: 'C1/1716239022.000200', replyCount: 2, lastReplyAt: '2024-05-20T21:05:00.000Z' })
    expect(begun).not.toHaveProperty('threadId')
  })

  test('holds its files, reactions and attachments', () => {
    const raw = {
      text: 'See <https://example.com|this>',
      files: [{ id: 'F1' }, { id: 'F2', mode: 'tombstone' }],
      reactions: [{ name: 'wave', count: 12, users: ['U1', 'U2'] }],
      attachments: [
        { title: 'The agenda', fallback: 'The agenda', title_link: 'https://example.com/agenda' },
        { fallback: 'Only words', ts: 1716239022 },
        { text: 'A quotation', from_url: 'https://example.slack.com/archives/C2/p1' },
      ],
      edited: { user: 'U1', ts: '1716239030.000000' },
    }
    expect(message(raw)).toMatchObject({
      text: 'See <https://example.com|this>',
      fileIds: ['F1', 'F2'],
      reactions: [{ name: 'wave', count: 12, userIds: ['U1', 'U2'] }],
      attachments: [
        { title: 'The agenda', url: 'https://example.com/agenda' },
        { text: 'Only words' },
        { text: 'A quotation', url: 'https://example.slack.com/archives/C2/p1' },
      ],
      editedAt: '2024-05-20T21:03:50.000Z',
    })
  })

  test('holds nothing of whoever reads it', () => {
    const raw = {
      last_read: '1716239022.000200',
      unread_count: 3,
      subscribed: true,
      is_starred: true,
      root: { text: '' },
    }
    expect(message({ ...raw, text: 'Hello' })).toMatchObject({ raw: { ts: '1716239022.000200', text: 'Hello' } })
    for (const name of Object.keys(raw)) expect(message(raw)).not.toHaveProperty(`raw.${name}`)
  })

  test('without words is a message, and one of another shape is told apart', () => {
    expect(message({ text: null, user: 'U1', attachments: [], files: [], reactions: [] })).toMatchObject({ text: '' })
    expect(message({ reactions: [{ name: 'wave', count: -1 }] })).toMatchObject({ kind: 'invalid' })
    for (const ts of [1716239022.0002, '1716239022', '', null]) expect(message({ ts })).toMatchObject({ id: undefined })
  })
})

describe('a channel', () => {
  const channel = (raw: object) => written(toChannel(channelRow.parse({ id: 'C1', ...raw })))

  test.each([
    [
      { is_im: true, user: 'U1' },
      { kind: 'direct', userIds: ['U1'] },
    ],
    [
      { is_mpim: true, is_private: true, is_group: true, name: 'mpdm-a--b-1' },
      { kind: 'group_direct', name: 'mpdm-a--b-1' },
    ],
    [{ is_private: true, is_channel: true }, { kind: 'private' }],
    [{ is_private: false }, { kind: 'public' }],
    [{}, { kind: 'unknown' }],
    [
      { created: 1449252889, updated: 1678229664302 },
      { createdAt: '2015-12-04T18:14:49.000Z', updatedAt: '2023-03-07T22:54:24.302Z' },
    ],
    [
      { is_shared: true, is_ext_shared: true, shared_team_ids: ['T1', 'T2'] },
      { shared: true, externallyShared: true, sharedTeamIds: ['T1', 'T2'] },
    ],
    [
      { previous_names: ['talks'], topic: { value: 'Round two' }, purpose: { value: 'All of it' } },
      { previousNames: ['talks'], topic: 'Round two', purpose: 'All of it' },
    ],
  ])('%j', (raw, expected) => {
    expect(channel(raw)).toMatchObject(expected)
  })

  test('holds nothing where Slack writes that there is nothing', () => {
    const empty = { name: '', creator: '', topic: { value: '' }, previous_names: [], created: 0, updated: 0, user: '' }
    expect(channel({ ...empty, is_private: false })).toEqual({ kind: 'public' })
  })
})

describe('a user', () => {
  const user = (raw: object, settings: object = { teamId: 'T1' }) =>
    written(toUser(userRow.parse({ id: 'U1', ...raw }), settingsOf(settings)))
  const member = { team_id: 'T1', is_restricted: false }

  test.each([
    [member, { kind: 'member', active: true, external: false }],
    [{ ...member, is_restricted: true }, { kind: 'guest' }],
    [{ ...member, is_restricted: true, is_ultra_restricted: true }, { kind: 'single_channel_guest' }],
    [{ ...member, is_bot: true }, { kind: 'bot' }],
    [{ ...member, is_workflow_bot: true }, { kind: 'bot' }],
    [{ ...member, id: 'USLACKBOT', is_bot: false, updated: 0 }, { kind: 'bot' }],
    [
      { team_id: 'T1', deleted: true },
      { kind: 'unknown', active: false },
    ],
    [
      { team_id: 'T2', is_restricted: false },
      { external: true, teamId: 'T2' },
    ],
    [{ team_id: 'T2', is_stranger: true }, { external: true }],
    [{ name: 'ada' }, { displayName: 'ada' }],
    [
      { name: 'ada', profile: { real_name: 'Ada L.', display_name: '' } },
      { displayName: 'Ada L.', realName: 'Ada L.' },
    ],
    [
      { real_name: 'Ada L.', profile: { display_name: 'Ada', email: 'ada@example.org' } },
      { displayName: 'Ada', email: 'ada@example.org' },
    ],
    [{}, { displayName: 'U1' }],
  ])('%j is %j', (raw, expected) => {
    expect(user(raw)).toMatchObject(expected)
  })

  test('of an Enterprise Grid organization is in its workspaces, and not external in any', () => {
    const grid = { id: 'W1', team_id: 'E1', enterprise_user: { enterprise_id: 'E1', teams: ['T7', 'T1'] } }
    expect(user(grid)).toMatchObject({ teamId: 'T7', external: false })
    const elsewhere = { ...grid, enterprise_user: { enterprise_id: 'E1', teams: ['T7'] } }
    expect(user(elsewhere, { teamId: 'T1', enterpriseId: 'E1' })).toMatchObject({ external: false })
    expect(user(elsewhere, { teamId: 'T1', enterpriseId: 'E2' })).toMatchObject({ external: true })
    // Whether T1 and T7 belong together is not known.
    expect(user(elsewhere, { teamId: 'T1' })).not.toHaveProperty('external')
    expect(user({ team_id: 'T2' }, {})).not.toHaveProperty('external')
  })

  test('who was never changed has no time of change', () => {
    expect(user({ updated: 0 })).not.toHaveProperty('updatedAt')
    expect(user({ updated: 1716239022 })).toMatchObject({ updatedAt: '2024-05-20T21:03:42.000Z' })
  })
})

describe('a file', () => {
  const file = (raw: object) => written(toFile(fileRow.parse({ id: 'F1', ...raw })))

  test.each([
    [
      { mode: 'hosted', size: 9_007_199_254_740_991 },
      { status: 'available', sizeBytes: 9_007_199_254_740_991 },
    ],
    [
      { mode: 'tombstone', date_delete: 1716239022 },
      { status: 'deleted', deletedAt: '2024-05-20T21:03:42.000Z' },
    ],
    [{ mode: 'hosted', is_tombstoned: true }, { status: 'deleted' }],
    [{ mode: 'hidden_by_limit' }, { status: 'hidden' }],
    [{ mode: 'file_access', file_access: 'check_file_info', created: 0, user: '' }, { status: 'unknown' }],
    [{}, { status: 'unknown' }],
    [{ channels: ['C1'], groups: ['G1'], ims: ['D1'] }, { channelIds: ['C1', 'G1', 'D1'] }],
  ])('%j is %j', (raw, expected) => {
    expect(file(raw)).toMatchObject(expected)
  })

  test('that lies elsewhere has neither size nor bytes here', () => {
    const raw = {
      mode: 'external',
      is_external: true,
      external_type: 'gdrive',
      size: 0,
      url_private: 'https://drive.example/1',
    }
    expect(file(raw)).toEqual({ status: 'available', external: true, externalType: 'gdrive' })
  })

  test('of a size that is none is refused', () => {
    expect(fileRow.safeParse({ id: 'F1', size: 1.5 }).success).toBe(false)
    expect(fileRow.safeParse({ id: 'F1', size: 9_007_199_254_740_993n }).success).toBe(false)
  })
})
