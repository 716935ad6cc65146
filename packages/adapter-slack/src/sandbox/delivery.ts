import { createHmac } from 'node:crypto'
import { sandboxAppId, sandboxEnterpriseId } from './options.ts'
import type { Wire } from './timestamps.ts'

/** The vendor's older proof of origin, in every body; the signature has replaced it. */
const VERIFICATION_TOKEN = 'sandbox-verification-token'

/** When and with what a delivery is signed, and whether it was tried before. */
export interface Signing {
  readonly secret: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly retry?: { readonly number: number; readonly reason: string } | undefined
}

/** What an event is delivered in. */
export interface EnvelopeOptions {
  readonly teamId: string
  readonly botUserId: string
  /** Unique among all events of the vendor. */
  readonly eventId: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly isEnterprise?: boolean | undefined
  readonly isExtSharedChannel?: boolean | undefined
  /** How many installations it says that it is for; the vendor itself names one. @default 1 */
  readonly authorizations?: number | undefined
}

/** The headers of a delivery. Sheet: Webhooks; signed over version, time and the body as it is sent. */
export function signDelivery(body: string, { secret, at, retry }: Signing): Record<string, string> {
  const timestamp = String(Math.floor(at / 1000))
  const hex = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return {
    'content-type': 'application/json',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${hex}`,
    ...(retry && { 'x-slack-retry-num': String(retry.number), 'x-slack-retry-reason': retry.reason }),
  }
}

/** The body of an event's delivery. Fixtures: events/*.json; schema slack-event-wrapper. */
export function envelopeOf(event: Wire, options: EnvelopeOptions): Wire {
  const enterpriseId = options.isEnterprise === true ? sandboxEnterpriseId : null
  const authorization = (n: number): Wire => ({
    enterprise_id: enterpriseId,
    team_id: options.teamId,
    user_id: n === 0 ? options.botUserId : `U0INSTALL${String(n).padStart(2, '0')}`,
    is_bot: n === 0,
    is_enterprise_install: false,
  })
  return {
    token: VERIFICATION_TOKEN,
    team_id: options.teamId,
    ...(enterpriseId !== null && { enterprise_id: enterpriseId }),
    context_team_id: options.teamId,
    context_enterprise_id: enterpriseId,
    api_app_id: sandboxAppId,
    event,
    type: 'event_callback',
    event_id: options.eventId,
    event_time: Math.floor(options.at / 1000),
    authed_users: [options.botUserId],
    authorizations: Array.from({ length: options.authorizations ?? 1 }, (_, n) => authorization(n)),
    is_ext_shared_channel: options.isExtSharedChannel ?? false,
    event_context: `4-${options.eventId}`,
  }
}

/** The proof of ownership that the vendor asks for once (specification: topic url.verification). */
export function handshakeOf(challenge: string): Wire {
  return { token: VERIFICATION_TOKEN, challenge, type: 'url_verification' }
}

/** Says that events were dropped. Sheet: Webhooks, `app_rate_limited`; no event stands in it. */
export function rateLimitNoticeOf(teamId: string, at: number): Wire {
  return {
    token: VERIFICATION_TOKEN,
    type: 'app_rate_limited',
    team_id: teamId,
    minute_rate_limited: Math.floor(at / 60_000) * 60,
    api_app_id: sandboxAppId,
  }
}
