import { pages } from '@unioneyes/adapter-kit'
import { communication } from '@unioneyes/models'
import { z } from 'zod'
import { api } from './api.ts'
import { channelRow, toChannel, volatileOfChannel } from './channel-row.ts'
import { byCursor, conversationPages, conversationQuery, findConversation, forTeam } from './conversations.ts'
import { fetchMessages } from './fetch-messages.ts'
import { fileRow, toFile, volatileOfFile } from './file-row.ts'
import { readMessages } from './read-messages.ts'
import { isOfAnotherTeam, toUser, userRow } from './user-row.ts'

/** The conversations that the app sees, whether or not it is in them. */
export const channels = api.entity(communication.channel).list({
  ...conversationPages,
  query: ({ settings }) => conversationQuery(settings),
  wire: channelRow,
  volatile: volatileOfChannel,
  map: toChannel,
  byIds: {
    idsPerRequest: 1,
    fetch: async ([id = ''], access) => {
      const found = await findConversation(id, access)
      return found ? [found.raw] : []
    },
  },
})

/** The people and bots of the workspace, those who left included. */
export const users = api.entity(communication.user).list({
  path: 'api/users.list',
  query: ({ settings }) => ({ limit: settings.pageSize, ...forTeam(settings) }),
  items: (body) => body.members,
  paginate: byCursor,
  wire: userRow,
  map: (row, { settings }) => toUser(row, settings),
  byIds: {
    idsPerRequest: 1,
    fetch: async ([user = ''], { http, settings }) => {
      const schema = z.object({ user: z.unknown() }).optional()
      const body = await http.get('api/users.info', { query: { user }, schema, emptyOn: [404] })
      return body && !isOfAnotherTeam(body.user, settings) ? [body.user] : []
    },
  },
})

/** What was said in the channels that the app is in. */
export const messages = api
  .entity(communication.message)
  .read(readMessages, { incremental: true, deletions: 'feed', fetch: fetchMessages })

/** The files that were shared where the app sees them. */
export const files = api.entity(communication.file).list({
  path: 'api/files.list',
  query: ({ settings }) => ({
    count: settings.pageSize,
    // Those that a free plan hides would look deleted.
    show_files_hidden_by_limit: true,
    ...forTeam(settings),
  }),
  items: (body) => body.files,
  total: (body) => body.paging?.total,
  paginate: pages.number({ totalPages: (body) => body.paging?.pages }),
  wire: fileRow,
  volatile: volatileOfFile,
  map: toFile,
  // Slack can only tell what is new. A file has the time at which its upload began, and is shown when that is over.
  incremental: {
    param: 'ts_from',
    cursor: (row) => (row.created ? new Date(row.created * 1000).toISOString() : undefined),
    // Files of the last days are read again, which finds what became of them.
    lookback: '7d',
    format: (bound) => Math.floor(bound.getTime() / 1000),
  },
  byIds: {
    idsPerRequest: 1,
    fetch: async ([file = ''], { http }) => {
      const schema = z.object({ file: z.unknown() }).optional()
      const body = await http.get('api/files.info', { query: { file }, schema, emptyOn: [404] })
      return body ? [body.file] : []
    },
  },
})
