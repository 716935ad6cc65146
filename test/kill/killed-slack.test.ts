import { sandboxTeamId } from '@unioneyes/adapter-slack/sandbox'
import type { SlackActions, Wire } from '@unioneyes/adapter-slack/sandbox'
import { expect, test } from 'vitest'
import { expectedMessage, expectedMessageId } from '../../packages/adapter-slack/test/expected-message.ts'
import { expectedChannel, expectedFile, expectedUser } from '../../packages/adapter-slack/test/expected-records.ts'
import { openSlack } from './companies.ts'
import { drawsOf, killSeed } from './draws.ts'
import { LargeCopy } from './large-copy.ts'
import { stirWorkspace } from './stir-workspace.ts'
import type { Stirring } from './stir-workspace.ts'

const workspace = {
  // The app is in 40 of them.
  ...{ channels: 48, ims: 0, mpims: 0, users: 2_000, files: 2_000 },
  // Some 660 threads, and 16,000 replies in them.
  ...{ messages: 33_000, threadShare: 0.02, repliesPerThread: 25 },
}

// Fifty requests a minute for each method are five hundred a second.
const time = { startedAt: Date.now(), speed: 600 }

const draw = drawsOf(killSeed)

/**
 * Processes killed one after the other while a workspace of 50,000 records changes. An incremental sync is not told what became
 * of files, of channels that are gone, of older messages and threads: that, a full one must find.
 */
test(`Slack is copied by processes that are killed (KILL_SEED=${String(killSeed)})`, async () => {
  const entities = ['channels', 'messages', 'users', 'files']
  const { sandbox, ...opened } = await openSlack({ pageSize: 300, entities, time, gatherMs: 250 }, workspace)
  const { actions } = sandbox
  const copy = new LargeCopy(
    { sandbox, ...opened },
    { exists: (entity, id) => exists(actions, entity, id), expected: () => expectedRecords(actions) },
  )
  const stirring: Stirring = { actions, draw, untold: new Set() }
  try {
    await copyEverything(copy, stirring)
    await followChanges(copy, stirring)
    await findWhatIsGone(copy, stirring)
    expect(await copy.count()).toBeGreaterThan(49_000)
  } finally {
    await opened.close()
  }
}, 300_000)

async function copyEverything(copy: LargeCopy, stirring: Stirring): Promise<void> {
  const { actions } = stirring
  const channels = actions.readableChannelIds().sort()
  const [left = '', joined = ''] = [publicChannels(actions, true)[0], publicChannels(actions, false)[0]]
  const moments = [
    { at: /(?:users|files)\.list/, nth: 3 + draw(3) },
    { at: /conversations\.history/, nth: 10 + draw(15) },
    { at: /conversations\.replies/, nth: 50 + draw(60) },
    { at: /conversations\.history/, nth: 10 + draw(15) },
    // Of the last but one.
    { at: new RegExp(`conversations\\.\\w+\\?.*channel=${channels.at(-2) ?? ''}`), nth: 1 + draw(4) },
  ]
  for (const [n, moment] of moments.entries()) {
    const meanwhile = { nth: 1 + draw(40), happen: () => stirWorkspace(stirring, 5, 400) }
    await copy.die({ type: 'full', ...moment, afterMs: draw(20), meanwhile })
    for (const days of [400, 25]) stirWorkspace(stirring, 25, days)
    // Its messages are copied, and stay so; and from there on everything before the place counts as not read.
    if (n === 1) actions.kickBot(left)
    // Before the place, and with messages that no incremental sync would look at.
    if (n === moments.length - 1) actions.inviteBot(joined)
  }
  // Who deletes a file that has its place behind lets others move up, and fewer are shown than there were.
  expect(['success', 'partial']).toContain((await copy.live('full')).status)
}

async function followChanges(copy: LargeCopy, stirring: Stirring): Promise<void> {
  const { actions } = stirring
  for (const channel of publicChannels(actions, false).slice(0, 1)) actions.inviteBot(channel)
  for (const channel of actions.readableChannelIds()) actions.reply(channel, actions.post(channel))
  const moments = [
    { at: /conversations\.history/, nth: 3 + draw(10) },
    { at: /conversations\.replies/, nth: 2 + draw(5) },
    { at: /conversations\.history/, nth: 3 + draw(15) },
  ]
  const [first = ''] = actions.readableChannelIds().sort()
  const threads = moments.map(() => actions.post(first))
  for (const [n, moment] of moments.entries()) {
    const meanwhile = { nth: 1 + draw(10), happen: () => stirWorkspace(stirring, 5, 25) }
    await copy.die({ type: 'incremental', ...moment, afterMs: draw(20), meanwhile })
    // Behind the place, where only the next sync comes by.
    actions.reply(first, threads[n] ?? '')
    stirWorkspace(stirring, 30, 25)
  }
  // It goes on with what the dead left; the next one is undisturbed.
  await copy.liveWell('incremental')
  await copy.liveWell('incremental')
  await copy.expectTruth(stirring.untold)
}

async function findWhatIsGone(copy: LargeCopy, stirring: Stirring): Promise<void> {
  const { actions } = stirring
  const [left = '', channel = '', other = ''] = publicChannels(actions, true).slice(10)
  // What is copied of it stays, although no listing can look at it.
  actions.kickBot(left)
  actions.deleteChannel(other)
  for (let n = 0; n < 20; n += 1) actions.deleteFile(draw.from(actions.fileIds()))
  // A sweep of more than one transaction.
  for (const ts of actions.messageIds(channel).slice(0, -50)) {
    const message = actions.message(channel, ts)
    if (message !== undefined && message.subtype !== 'tombstone') actions.deleteMessage(channel, ts)
  }
  await copy.die({ type: 'full', at: /conversations\.history/, nth: 50 + draw(50), afterMs: draw(20) })
  stirWorkspace(stirring, 20, 400)
  await copy.die({ type: 'full', dieAt: { call: 'pages.sweep', index: draw(2), phase: 'after' } })
  stirWorkspace(stirring, 20, 400)
  await copy.liveWell('full')
  actions.inviteBot(left)
  await copy.liveWell('full')
  await copy.expectTruth()
  await copy.expectTold()
}

/** The ids of public channels in their order: those that the app is in, or the others. */
function publicChannels(actions: SlackActions, isMember: boolean): string[] {
  const { channels } = actions.truth()
  const found = channels.filter(({ is_private, is_member }) => is_private === false && is_member === isMember)
  return found.map(({ id }) => String(id)).sort()
}

function exists(actions: SlackActions, entity: string, id: string): boolean {
  if (entity === 'channels') return actions.channelIds().includes(id)
  if (entity === 'users') return actions.userIds().includes(id)
  if (entity === 'files') return actions.fileIds().includes(id)
  const [channel = '', ...marks] = id.split('/')
  return actions.channelIds().includes(channel) && actions.message(channel, marks.at(-1) ?? '') !== undefined
}

function expectedRecords(actions: SlackActions): Record<string, Map<string, unknown>> {
  const { channels, users, files, messages } = actions.truth()
  const byId = (wires: readonly Wire[], expected: (wire: Wire) => unknown): Map<string, unknown> =>
    new Map(wires.map((wire) => [String(wire.id), expected(wire)]))
  const inChannels = Object.entries(messages).flatMap(([channel, all]) =>
    all.map((wire) => [expectedMessageId(channel, wire), expectedMessage(channel, wire)] as const),
  )
  return {
    channels: byId(channels, expectedChannel),
    users: byId(users, (wire) => expectedUser(wire, sandboxTeamId)),
    files: byId(files, expectedFile),
    messages: new Map(inChannels),
  }
}
