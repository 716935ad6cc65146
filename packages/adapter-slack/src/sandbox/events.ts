import { hash } from 'node:crypto'
import { createDeliveryQueue } from '@unioneyes/testkit'
import type { Conversation } from './conversations.ts'
import { envelopeOf, handshakeOf, rateLimitNoticeOf, signDelivery } from './delivery.ts'
import { sandboxSigningSecret } from './options.ts'
import type { SlackSandboxOptions } from './options.ts'
import { toTs } from './timestamps.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

/** Where deliveries go and what they tell. */
export interface EventOptions {
  /** Where they are sent: by whoever holds the sandbox. */
  readonly requestUrl: string
  /** Names of events as an app subscribes to them: `message.channels`, `channel_rename`. @default all of them */
  readonly types?: readonly string[] | undefined
  /** How many installations each delivery names. @default 1 */
  readonly authorizations?: number | undefined
}

/** A request that the vendor wants to send: to be sent by whoever holds the sandbox. */
export interface SandboxDelivery {
  readonly id: string
  readonly method: 'POST'
  readonly url: string
  /** Signed for the moment at which it was asked for: every attempt has another time. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** 1 for the first. */
  readonly attempt: number
  /** What it tells: the event's type, or `url_verification` or `app_rate_limited`. */
  readonly event: string
  readonly teamId: string
}

/** Why a delivery was not taken, as the vendor says it with the next attempt (sheet: Webhooks). */
export type RetryReason =
  'http_timeout' | 'too_many_redirects' | 'connection_failed' | 'ssl_error' | 'http_error' | 'unknown_error'

/** The deliveries of one sandbox. */
export type Events = ReturnType<typeof createEvents>

interface Told {
  readonly event: string
  readonly teamId: string
  readonly body: string
  /** Why it was not taken, with the next attempt. */
  reason?: RetryReason
}

// Sheet: Webhooks. Waits after each attempt: at once, a minute, five minutes.
const RETRY_MS = [0, 60_000, 300_000]

/** Opens them. @param scopes what the app may do: nobody is told what they may not read */
export function createEvents(options: SlackSandboxOptions, scopes: () => readonly string[], now: () => number) {
  const secret = options.signingSecret ?? sandboxSigningSecret
  let subscription = options.events
  const queue = createDeliveryQueue<Told>(now)
  let told = 0

  const nextId = (): string => {
    told += 1
    return `Ev0${hash('sha256', `${String(options.seed ?? 1)}/${String(told)}`)
      .slice(0, 8)
      .toUpperCase()}`
  }

  function toDelivery(id: string, attempt: number, { event, teamId, body, reason }: Told): SandboxDelivery {
    const retry = reason && { number: attempt - 1, reason }
    const headers = signDelivery(body, { secret, at: now(), retry })
    return { id, method: 'POST', url: subscription?.requestUrl ?? '', headers, body, attempt, event, teamId }
  }

  return {
    /** Tells what happened, if anybody wants to know. `event_ts` is added where the vendor has one. */
    tell(
      workspace: Workspace,
      event: Wire,
      about: { readonly name?: string; readonly conversation?: Conversation } = {},
    ): void {
      const type = String(event.type)
      const name = about.name ?? type
      if (!subscription || (subscription.types && !subscription.types.includes(name))) return
      const needed = scopesOf(name)
      if (needed.length > 0 && !needed.some((scope) => scopes().includes(scope))) return
      const id = nextId()
      const body = envelopeOf(
        { event_ts: toTs(Math.floor(now()) * 1000 + (told % 1000)), ...event },
        {
          teamId: workspace.teamId,
          botUserId: workspace.people.botUserId,
          eventId: id,
          at: now(),
          isEnterprise: workspace.enterprise,
          isExtSharedChannel: about.conversation?.isExtShared ?? false,
          authorizations: subscription.authorizations,
        },
      )
      queue.add(id, { event: type, teamId: workspace.teamId, body: JSON.stringify(body) })
    },
    actions: {
      /** From now on what happens is told there. */
      subscribe: (requestUrl: string, rest: Omit<EventOptions, 'requestUrl'> = {}): void => {
        subscription = { requestUrl, ...rest }
      },
      /** Nothing more is told, and what waits is dropped. */
      unsubscribe: (): void => {
        subscription = undefined
        queue.drop()
      },
      /** The question whether the endpoint is the app's: to be answered with the challenge. */
      handshake: (challenge = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P'): SandboxDelivery => {
        const body = JSON.stringify(handshakeOf(challenge))
        return toDelivery(nextId(), 1, { event: 'url_verification', teamId: '', body })
      },
      /** The vendor says that it dropped events of a workspace: they are waiting deliveries like others. */
      noticeRateLimit: (teamId: string): void =>
        queue.add(nextId(), {
          event: 'app_rate_limited',
          teamId,
          body: JSON.stringify(rateLimitNoticeOf(teamId, now())),
        }),
      /** What would be sent now, each request exactly as the vendor would send it. Asking again signs it anew. */
      pendingDeliveries: (): SandboxDelivery[] =>
        queue.due().map(({ id, attempt, content }) => toDelivery(id, attempt, content)),
      /** When the next delivery that waits is due, in milliseconds since 1970; undefined when none waits. */
      nextDeliveryAt: (): number | undefined => queue.nextDueAt(),
      /**
       * How an endpoint answered. What is not 2xx is tried again at once, after a minute and after five, unless the answer
       * said `x-slack-no-retry: 1`.
       */
      answerDelivery: (
        id: string,
        status: number,
        rest: { readonly noRetry?: boolean | undefined; readonly reason?: RetryReason | undefined } = {},
      ): void => {
        const { attempt, content } = queue.get(id)
        content.reason = rest.reason ?? 'http_error'
        const isEnd = (status >= 200 && status < 300) || rest.noRetry === true
        queue.answered(id, isEnd ? undefined : RETRY_MS[attempt - 1])
      },
    },
  }
}

/** Any of these is enough. Specification (AsyncAPI): `x-scopes-required`. */
function scopesOf(name: string): readonly string[] {
  const family = {
    'message.channels': 'channels',
    'message.groups': 'groups',
    'message.im': 'im',
    'message.mpim': 'mpim',
  }
  if (name in family) return [`${Object.entries(family).find(([key]) => key === name)?.[1] ?? ''}:history`]
  if (name.startsWith('channel_')) return ['channels:read']
  if (name.startsWith('group_')) return ['groups:read']
  if (name.startsWith('member_')) return ['channels:read', 'groups:read']
  if (name.startsWith('user_') || name === 'team_join') return ['users:read']
  if (name.startsWith('file_')) return ['files:read']
  if (name.startsWith('reaction_')) return ['reactions:read']
  return []
}
