import { startSandbox, fault, faultyStore } from '@unioneyes/testkit'
import type { SandboxDefinition } from '@unioneyes/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slackSandbox } from '../src/sandbox.ts'
import type { Slack, SlackActions, SlackSandboxOptions } from '../src/sandbox.ts'
import { expectedMessages, openApp } from './app.ts'
import { AT, small } from './live.ts'

const HISTORY = '/api/conversations.history'

type Definition = SandboxDefinition<Slack, SlackActions>

/** The same provider, whose every so many-th page of history is empty and not the last: a cursor leads behind it. */
function withEmptyPages(definition: Definition, every: number | undefined): Definition {
  if (every === undefined) return definition
  let asked = 0
  return {
    ...definition,
    routes: definition.routes.map((route) => {
      if (route.path !== HISTORY || route.method !== 'GET') return route
      return {
        ...route,
        handle(request, state) {
          const query = new URLSearchParams(request.query)
          asked += 1
          if (query.get('cursor') === 'behind the empty page') query.delete('cursor')
          else if (asked % every === 0) {
            const body = {
              ok: true,
              messages: [],
              has_more: true,
              response_metadata: { next_cursor: 'behind the empty page' },
            }
            return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
          }
          return route.handle({ ...request, query }, state)
        },
      }
    }),
  }
}

interface Deed {
  readonly kind: 'post' | 'reply' | 'broadcast' | 'edit' | 'delete' | 'react' | 'join'
  readonly channel: number
  readonly pick: number
  readonly minutes: number
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom('post', 'post', 'reply', 'reply', 'broadcast', 'edit', 'delete', 'delete', 'react', 'join'),
  channel: fc.nat(3),
  pick: fc.nat(1000),
  minutes: fc.nat(180),
})

/** What happens between two syncs, and how the next one goes. */
interface Round {
  readonly deeds: readonly Deed[]
  readonly type: 'full' | 'incremental'
  /** Behind which commit it is interrupted, and what happens until it goes on. */
  readonly interrupted: { readonly behind: number; readonly deeds: readonly Deed[] } | undefined
  /** What happens while it runs, at which request. */
  readonly during: { readonly request: number; readonly deed: Deed } | undefined
}

const round: fc.Arbitrary<Round> = fc.record({
  deeds: fc.array(deed, { maxLength: 8 }),
  type: fc.constantFrom('full', 'incremental', 'incremental'),
  interrupted: fc.option(fc.record({ behind: fc.nat(12), deeds: fc.array(deed, { maxLength: 2 }) }), {
    nil: undefined,
  }),
  during: fc.option(fc.record({ request: fc.nat(12), deed }), { nil: undefined }),
})

const workspace = fc.record({
  channels: fc.constantFrom(1, 2, 6),
  messagesPerChannel: fc.nat(7),
  pageSize: fc.integer({ min: 2, max: 5 }),
  emptyPages: fc.option(fc.integer({ min: 2, max: 4 }), { nil: undefined }),
  parentInReplies: fc.constantFrom('every', 'first'),
  reach: fc.constantFrom('everything', 'days', 'days, quiet threads'),
  rounds: fc.array(round, { minLength: 1, maxLength: 4 }),
})

type Reach = 'everything' | 'days' | 'days, quiet threads'

/** How far back increments look. The messages that a workspace begins with are more than a month old. */
const settingsOf = (reach: Reach) => {
  if (reach === 'everything') return { messageBackDays: 600, threadBackDays: 600 }
  return { messageBackDays: 10, threadBackDays: reach === 'days' ? 10 : 0 }
}

/** Does something to a workspace that an increment of that reach can find out. */
class Hand {
  readonly #actions: SlackActions
  readonly #reach: Reach
  readonly #stays = new Map<string, string>()

  constructor(actions: SlackActions, reach: Reach) {
    this.#actions = actions
    this.#reach = reach
    // Without anything left there would be nothing left of a copy, which no sync believes.
    for (const id of actions.readableChannelIds()) this.#stays.set(id, actions.post(id, { text: 'Stays' }))
  }

  do({ kind, channel, pick, minutes }: Deed): void {
    const actions = this.#actions
    actions.advance(minutes * 60_000 + 1)
    if (kind === 'join') {
      this.#join(pick)
      return
    }
    const channels = actions.readableChannelIds()
    const id = channels[channel % channels.length] ?? ''
    const marks = this.#marks(id)
    const ts = marks[pick % Math.max(1, marks.length)]
    if (kind === 'post' || ts === undefined) {
      actions.post(id, { text: `Message ${String(pick)}` })
      return
    }
    const { thread_ts, subtype } = actions.message(id, ts) ?? {}
    const thread = typeof thread_ts === 'string' ? thread_ts : ts
    if (kind === 'reply' || kind === 'broadcast') {
      if (this.#reach === 'everything' || marks.includes(thread))
        actions.reply(id, thread, { text: `Reply ${String(pick)}` }, kind === 'broadcast')
      return
    }
    // What becomes of replies in a thread that is quiet otherwise, increments do not see, except at its end.
    if (this.#reach === 'days, quiet threads' && thread !== ts) {
      if (kind === 'delete' && actions.message(id, thread)?.latest_reply === ts) actions.deleteMessage(id, ts)
      return
    }
    if (kind === 'edit') actions.edit(id, ts, `Edited ${String(pick)}`)
    else if (kind === 'react') actions.react(id, ts, 'wave')
    else if (subtype !== 'tombstone' && this.#stays.get(id) !== ts) actions.deleteMessage(id, ts)
  }

  #marks(channel: string): string[] {
    const all = this.#actions.messageIds(channel)
    return this.#reach === 'everything' ? all : all.filter((ts) => ts >= this.#actions.tsOf(AT))
  }

  #join(pick: number): void {
    const closed = this.#actions.truth().channels.filter(({ is_member }) => is_member === false)
    const chosen = closed[pick % Math.max(1, closed.length)]
    if (chosen) this.#actions.inviteBot(String(chosen.id))
    else this.#actions.createChannel({ isMember: pick % 2 === 0 })
  }
}

test('what is kept is what Slack has, whatever happens to messages, threads and syncs', async () => {
  await fc.assert(
    fc.asyncProperty(workspace, async ({ rounds, pageSize, emptyPages, reach, ...rest }) => {
      const options: SlackSandboxOptions = { ...small, ...rest, emptyPages, threadShare: 0.5, repliesPerThread: 2 }
      await using sandbox = await startSandbox(withEmptyPages(slackSandbox(options), emptyPages))
      const { actions } = sandbox
      let commits = Number.POSITIVE_INFINITY
      const app = await openApp({
        url: sandbox.url,
        settings: { pageSize, ...settingsOf(reach) },
        store: (store) =>
          faultyStore(store, ({ call, phase }) => {
            if (call !== 'pages.commitPage' || phase !== 'after') return
            commits -= 1
            if (commits < 0) {
              commits = Number.POSITIVE_INFINITY
              throw new Error('The process is gone.')
            }
          }),
      })
      const hand = new Hand(actions, reach)

      for (const [index, { deeds, type, interrupted, during }] of rounds.entries()) {
        for (const one of deeds) hand.do(one)
        const run = index === 0 || type === 'full' ? app.full : app.incremental
        let asked = 0
        let later = false
        sandbox.faults.inject({
          match: () => {
            asked += 1
            if (asked !== during?.request) return false
            hand.do(during.deed)
            later = true
            return false
          },
          fault: fault.reset(),
        })
        if (interrupted) commits = interrupted.behind
        let result = await run('messages')
        commits = Number.POSITIVE_INFINITY
        if (result.status === 'failed') {
          for (const one of interrupted?.deeds ?? []) {
            hand.do(one)
            later = true
          }
          result = await run('messages')
        }
        sandbox.faults.clear()
        expect(result).toMatchObject({ status: 'success' })
        // What happens meanwhile may come with the sync after it.
        if (later) expect(await app.incremental('messages')).toMatchObject({ status: 'success' })
        expect(await app.kept('messages')).toEqual(expectedMessages(actions))
      }
      expect(sandbox.errors).toEqual([])
      await app.close()
    }),
    { numRuns: 80 },
  )
}, 120_000)
