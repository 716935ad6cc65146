import { createSandboxClock, createSlidingWindow } from '@unioneyes/testkit'
import type { SandboxClock, SandboxRateLimit, SlidingWindow } from '@unioneyes/testkit'
import { createCursors } from './cursors.ts'
import type { Cursors } from './cursors.ts'
import { createEvents } from './events.ts'
import type { Events } from './events.ts'
import { toId } from './ids.ts'
import { sandboxBotToken, sandboxTeamId } from './options.ts'
import type { SlackSandboxOptions, SlackWorkspaceOptions } from './options.ts'
import { createTokens } from './tokens.ts'
import type { Tokens } from './tokens.ts'
import type { Wire } from './timestamps.ts'
import { createWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

/** A refusal that was ordered: what a method answers, and how often still. */
interface Ordered {
  readonly error: string
  readonly extra: Wire
  left: number
}

/** The state of one sandbox: its workspaces, its token server, its deliveries. */
export interface Slack extends SandboxClock {
  readonly options: SlackSandboxOptions
  readonly workspaces: readonly Workspace[]
  readonly tokens: Tokens
  readonly events: Events
  readonly cursors: Cursors
  addWorkspace(own: SlackWorkspaceOptions): Workspace
  /** A workspace by its id, the first one by default. */
  workspace(teamId?: string): Workspace
  /** What a method was told to answer, used up by asking. */
  takeRefusal(method: string): { readonly error: string; readonly extra: Wire } | undefined
  refuse(method: string, error: string, times: number, extra: Wire): void
  allow(method: string): void
  /** @returns 0 when a request is let through, else how long until one would be, in milliseconds */
  admit(method: string, key: string, limit: SandboxRateLimit | undefined): number
}

/** Opens a sandbox's state. */
export function createSlack(options: SlackSandboxOptions): Slack {
  const clock = createSandboxClock(options)
  const { now } = clock
  const limitClock = options.limitsBy === 'machine' ? () => performance.now() : now
  const workspaces: Workspace[] = []
  const refusals = new Map<string, Ordered>()
  const windows = new Map<string, SlidingWindow>()

  function open(own: SlackWorkspaceOptions): Workspace {
    const place = workspaces.length
    const identity = {
      place,
      teamId: own.teamId ?? (place === 0 ? sandboxTeamId : toId('T', place, 0)),
      name: own.name ?? (place === 0 ? 'Northern Works' : `Northern Works ${String(place + 1)}`),
      seed: own.seed ?? 1 + place,
      token: own.token ?? (place === 0 ? sandboxBotToken : sandboxBotToken.replace('-1-', `-${String(place + 1)}-`)),
    }
    const workspace = createWorkspace(identity, own, options, now)
    workspaces.push(workspace)
    return workspace
  }

  const { workspaces: wanted = 1, teamId, name, token, seed, ...shared } = options
  const first: SlackWorkspaceOptions = { teamId, name, token, seed }
  if (typeof wanted === 'number') {
    // Each has a seed of its own, or they would hold the same people.
    for (let n = 0; n < wanted; n += 1)
      open({ ...shared, ...(n === 0 ? first : seed !== undefined && { seed: seed + n }) })
  } else {
    for (const own of wanted) open({ ...shared, ...(workspaces.length === 0 && first), ...own })
  }

  const tokens = createTokens(options.tokens ?? {}, options.scopes, workspaces, now)
  return {
    ...clock,
    options,
    workspaces,
    tokens,
    events: createEvents(options, tokens.usualScopes, now),
    cursors: createCursors(options, now),
    addWorkspace(own) {
      const workspace = open({ ...shared, ...own })
      tokens.admitWorkspace(workspace)
      return workspace
    },
    workspace(id) {
      const found = id === undefined ? workspaces[0] : workspaces.find((one) => one.teamId === id)
      if (!found) throw new Error(`The sandbox has no workspace ${id ?? ''}.`)
      return found
    },
    takeRefusal(method) {
      const ordered = refusals.get(method)
      if (!ordered || ordered.left <= 0) return undefined
      ordered.left -= 1
      return ordered
    },
    refuse(method, error, times, extra) {
      refusals.set(method, { error, extra, left: times })
    },
    allow(method) {
      refusals.delete(method)
    },
    admit(method, key, limit) {
      if (!limit) return 0
      const name = `${method} ${key}`
      const window = windows.get(name) ?? createSlidingWindow(limit)
      windows.set(name, window)
      return window.admit(limitClock())
    },
  }
}
