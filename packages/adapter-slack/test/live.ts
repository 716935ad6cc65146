import { IntegrationError } from '@unioneyes/core'
import type { Clock } from '@unioneyes/core'
import { connectAdapter, skippingClock, startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox, SkippingClock, StartSandboxOptions } from '@unioneyes/testkit'
import { slack } from '../src/index.ts'
import { sandboxBotToken, sandboxTeamId, slackSandbox } from '../src/sandbox.ts'
import type { Slack, SlackActions, SlackSandboxOptions } from '../src/sandbox.ts'

/** The workspace's clock stands at this time until a test advances it. */
export const AT = Date.UTC(2026, 5, 1, 12)

export const DAY = 86_400_000

/** A small workspace: one channel the bot is in, no direct messages, no files and nobody from elsewhere. */
export const small: SlackSandboxOptions = {
  ...{ stoppedAt: AT, channels: 1, ims: 0, mpims: 0, users: 4, strangers: 0, files: 0 },
  ...{ messagesPerChannel: 0, threadShare: 0 },
}

export type Sandbox = RunningSandbox<Slack, SlackActions>

/** A sandbox in which every handler's mistake fails the test that looks at `errors`. */
export function openSandbox(options: SlackSandboxOptions = {}, start: StartSandboxOptions = {}): Promise<Sandbox> {
  return startSandbox(slackSandbox({ ...small, ...options }), start)
}

/** What a connection is made from. */
export interface ConnectOptions {
  readonly baseUrl?: string | undefined
  readonly accessToken?: string | undefined
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly clock?: Clock | undefined
  readonly maxWaitMs?: number | undefined
}

/** Time that passes only by sleeping, and how long was slept. */
export const sleeper = (): SkippingClock => skippingClock(AT)

/** A connected integration of the adapter, through the real kit. */
export const connect = ({ accessToken = sandboxBotToken, settings, clock = sleeper(), ...options }: ConnectOptions) =>
  connectAdapter(slack, {
    ...{ credentials: { accessToken }, settings: { teamId: sandboxTeamId, ...settings }, clock },
    ...options,
  })

/** What an operation was refused with. */
export async function refusalOf(operation: Promise<unknown>): Promise<IntegrationError> {
  const error: unknown = await operation.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  )
  if (IntegrationError.is(error)) return error
  throw error
}
