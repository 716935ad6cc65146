import { communication } from '@unioneyes/models'
import type { Channel, CommunicationFile, CommunicationUser, Message } from '@unioneyes/models'
import { describe, expect, test } from 'vitest'
import { expectStrict } from './expect-strict.ts'

const createdAt = '2024-05-20T21:03:42Z'
const updatedAt = '2024-05-21T08:00:00.250Z'
const customFields = { fund: 'Strike' }
const refuses = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  !schema.safeParse(value).success

const leastChannel: Channel = { id: 'C012', kind: 'public' }
const channel: Channel = {
  ...leastChannel,
  name: 'bargaining',
  previousNames: ['talks'],
  topic: 'Round two',
  purpose: 'The bargaining committee',
  archived: false,
  creatorId: 'U1',
  userIds: ['U1', 'U2'],
  memberCount: 12,
  isMember: true,
  teamId: 'T1',
  shared: true,
  externallyShared: false,
  sharedTeamIds: ['T1', 'T2'],
  url: 'https://example.org/channels/C012',
  createdAt,
  updatedAt,
  customFields,
}

describe('a channel', () => {
  expectStrict(communication.channel, leastChannel, channel)

  test.each([
    ['of a kind in the provider’s words', { kind: 'mpim' }],
    ['of half a member', { memberCount: 1.5 }],
    ['of fewer members than none', { memberCount: -1 }],
    ['made at a number of seconds', { createdAt: 1716239022 }],
  ])('is not %s', (_, change) => {
    expect(refuses(communication.channel, { ...channel, ...change })).toBe(true)
  })
})

const leastMessage: Message = {
  id: 'C012/1716239022.000200',
  channelId: 'C012',
  kind: 'message',
  authorKind: 'user',
  text: '',
  textFormat: 'mrkdwn',
  sentAt: '2024-05-20T21:03:42.000200Z',
}
const message: Message = {
  ...leastMessage,
  threadId: 'C012/1716239000.000100',
  subtype: 'thread_broadcast',
  authorId: 'U1',
  botId: 'B1',
  authorName: 'Ada',
  subject: 'Round two',
  text: 'See <@U2>',
  attachments: [{ kind: 'link', title: 'Offer', text: 'Three percent', url: 'https://example.org/offer' }],
  fileIds: ['F1'],
  reactions: [{ name: 'thumbsup', count: 3, userIds: ['U2', 'U3'] }],
  replyCount: 0,
  lastReplyAt: '2024-05-20T22:00:00Z',
  editedAt: '2024-05-20T21:05:00Z',
  deletedAt: '2024-05-22T00:00:00Z',
  updatedAt,
  providerTimestamp: '1716239022.000200',
  url: 'https://example.org/messages/1',
  customFields,
}

describe('a message', () => {
  expectStrict(communication.message, leastMessage, message)

  test.each([
    ['in no channel', { channelId: '' }],
    ['marked by a number, which loses digits', { providerTimestamp: 1716239022.0002 }],
    ['sent at the provider’s own mark', { sentAt: '1716239022.000200' }],
    ['of a kind in the provider’s words', { kind: 'channel_join' }],
    ['by an app, which is a bot here', { authorKind: 'app' }],
    ['in markup nobody names', { textFormat: 'markdown' }],
    ['answered with a sign that is not counted', { reactions: [{ name: 'thumbsup' }] }],
    ['answered by nobody but fewer', { replyCount: -1 }],
  ])('is not %s', (_, change) => {
    expect(refuses(communication.message, { ...message, ...change })).toBe(true)
  })
})

const leastUser: CommunicationUser = { id: 'U1', kind: 'member', active: true, displayName: 'Ada' }
const user: CommunicationUser = {
  ...leastUser,
  name: 'ada',
  realName: 'Ada Söğüt',
  firstName: 'Ada',
  lastName: 'Söğüt',
  email: 'ada@example.org',
  phone: '555-0100',
  jobTitle: 'Steward',
  timezone: 'America/Toronto',
  admin: false,
  owner: false,
  teamId: 'T1',
  external: false,
  updatedAt,
  customFields,
}

describe('a user', () => {
  expectStrict(communication.user, leastUser, user)

  test.each([
    ['of a kind in the provider’s words', { kind: 'is_restricted' }],
    ['changed at a number of seconds', { updatedAt: 1716239022 }],
    ['in use by a number', { active: 1 }],
  ])('is not %s', (_, change) => {
    expect(refuses(communication.user, { ...user, ...change })).toBe(true)
  })
})

const leastFile: CommunicationFile = { id: 'F1', status: 'available' }
const file: CommunicationFile = {
  ...leastFile,
  name: 'minutes.pdf',
  title: 'Minutes',
  mimeType: 'application/pdf',
  kind: 'pdf',
  sizeBytes: Number.MAX_SAFE_INTEGER,
  ownerId: 'U1',
  channelIds: ['C012'],
  public: true,
  publicLink: false,
  external: true,
  externalType: 'gdrive',
  url: 'https://example.org/files/F1',
  downloadUrl: 'https://example.org/files/F1/download',
  createdAt,
  updatedAt,
  deletedAt: '2024-05-22T00:00:00Z',
  customFields,
}

describe('a file', () => {
  expectStrict(communication.file, leastFile, file)

  test.each([
    ['of a size that a number cannot hold exactly', { sizeBytes: 2 ** 53 }],
    ['of a size below nothing', { sizeBytes: -1 }],
    ['of half a byte', { sizeBytes: 0.5 }],
    ['of a status in the provider’s words', { status: 'tombstone' }],
  ])('is not %s', (_, change) => {
    expect(refuses(communication.file, { ...file, ...change })).toBe(true)
  })
})
