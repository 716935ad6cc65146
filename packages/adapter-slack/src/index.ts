import { defineAdapter } from '@unioneyes/adapter-kit'
import { IntegrationType } from '@unioneyes/core'
import manifest from '../package.json' with { type: 'json' }
import { api } from './api.ts'
import { channels, files, messages, users } from './entities.ts'
import { webhooks } from './webhooks.ts'

export { api, channels, files, messages, users, webhooks }

/** Slack: a workspace's channels, what is said in them, its people and its files. */
export const slack = defineAdapter({
  provider: 'slack',
  name: 'Slack',
  description: 'Channels, messages with their threads, people and files.',
  type: IntegrationType.COMMUNICATION,
  version: manifest.version,
  documentationUrl: 'https://docs.slack.dev/reference/methods',
  api,
  entities: { channels, messages, users, files },
  remarks: {
    channels: {
      evidence: 'specification',
      scopes: ['channels:read', 'groups:read'],
      note: 'Those that the app sees: private ones only where the bot is in them.',
    },
    messages: {
      evidence: 'specification',
      scopes: ['channels:read', 'groups:read', 'channels:history', 'groups:history'],
      note: 'Of channels that the bot is in. An incremental sync reads the last days again; older edits, deletions and late replies come with webhooks and full syncs.',
    },
    users: { evidence: 'specification', scopes: ['users:read', 'users:read.email'] },
    files: {
      evidence: 'specification',
      scopes: ['files:read'],
      note: 'An incremental sync finds new files, and what became of those of the last seven days; changes of older ones come with webhooks and full syncs.',
    },
  },
  webhooks,
})
