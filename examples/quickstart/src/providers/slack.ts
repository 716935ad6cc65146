import { slack } from '@unioneyes/adapter-slack'
import { sandboxBotToken } from '@unioneyes/adapter-slack/sandbox'
import type { SlackActions, SlackSandboxOptions, Wire } from '@unioneyes/adapter-slack/sandbox'
import type { SandboxProcess } from '@unioneyes/testkit'
import type { Provider } from '../provider.ts'

// A full sync asks once for each page of a channel and once for each thread. Slack allows 50 a minute of each, so that four syncs
// within a minute have to make do with seven channels of one page and two threads.
const options: SlackSandboxOptions = {
  tiers: true,
  channels: 8,
  ims: 0,
  mpims: 0,
  users: 150,
  files: 60,
  messagesPerChannel: 150,
  threadShare: 1 / 80,
  repliesPerThread: 25,
}

/** Slack: the channels of a workspace, who is there, what was said and which files were shared. */
export const slackProvider: Provider<typeof slack, SlackActions> = {
  adapter: slack,
  entities: ['channels', 'messages', 'users', 'files'],
  shown: ['channels', 'messages'],
  words(item) {
    switch (item.entity) {
      case 'channels': {
        const { name = '', kind, memberCount = 0, topic } = item.record
        return [`#${name}`, kind, `${String(memberCount)} members`, topic]
      }
      case 'messages': {
        const { sentAt, threadId, kind, text } = item.record
        return [sentAt.slice(0, 16), threadId === undefined ? kind : 'reply', text]
      }
      case 'users':
        return [item.record.displayName, item.record.kind, item.record.jobTitle]
      default:
        return [item.record.name, item.record.mimeType]
    }
  },
  sandbox: {
    moduleUrl: import.meta.resolve('@unioneyes/adapter-slack/sandbox'),
    exportName: 'slackSandbox',
    options: { ...options },
    silence: { path: '/api/conversations.history', after: 4 },
  },
  connect: () => Promise.resolve({ credentials: { accessToken: sandboxBotToken }, settings: {} }),
  async stir(sandbox, round) {
    const [general = '', second = '', ...others] = await sandbox.act('readableChannelIds')
    const started = await sandbox.act('post', general, { text: 'Who comes to the assembly?' })
    for (const text of ['I do.', 'Me too.']) await sandbox.act('reply', general, started, { text })
    // An incremental sync looks at the last days again, a full one at everything.
    const spoken = await singleMessages(sandbox, second)
    const [edited = '', ...gone] = round === 1 ? spoken.slice(0, 4) : spoken.slice(-3)
    await sandbox.act('edit', second, edited, 'What I meant to say')
    for (const ts of gone) await sandbox.act('deleteMessage', second, ts)
    const user = await sandbox.act('addUser', { name: 'noa', profile: { real_name: 'Noa Newcomer' } })
    await sandbox.act('rename', others[0] ?? general, `round-${String(round)}`)
    await sandbox.act('addFile', general, {}, { user })
    const told = 'a thread was begun, a message edited, a channel renamed, a person and a file came'
    if (round === 2) return { told: `${told}; 2 messages deleted`, removed: gone.length }
    // The oldest.
    await sandbox.act('deleteFile', String((await sandbox.act('fileIds')).at(-1)))
    return { told: `${told}; 3 old messages and a file deleted`, removed: gone.length + 1 }
  },
  async truth(sandbox) {
    const { channels, messages, users, files } = await sandbox.act('truth')
    const byId = (rows: readonly Wire[]) => rows.map((row) => ({ id: String(row.id), row }))
    return {
      channels: byId(channels),
      messages: Object.entries(messages).flatMap(([channel, rows]) =>
        // Whether the bot follows a thread is nothing of the message, and not kept.
        rows.map(({ subscribed: _subscribed, ...row }) => ({ id: messageId(channel, row), row })),
      ),
      users: byId(users),
      files: byId(files),
    }
  },
}

/** A reply stands behind the message that its thread began with. */
function messageId(channel: string, { ts, thread_ts: thread }: Wire): string {
  const place = thread === undefined || thread === ts ? [channel, ts] : [channel, thread, ts]
  return place.map(String).join('/')
}

/** The time marks of what people said outside of threads. */
async function singleMessages(sandbox: SandboxProcess<SlackActions>, channel: string): Promise<string[]> {
  const { messages } = await sandbox.act('truth')
  const single = (messages[channel] ?? []).filter(({ subtype, thread_ts: thread }) => (subtype ?? thread) === undefined)
  return single.map(({ ts }) => String(ts))
}
