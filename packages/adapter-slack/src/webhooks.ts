import { echoBody, hmacSha256, property, webhookSecret } from '@unioneyes/adapter-kit'
import type { WireEvent } from '@unioneyes/adapter-kit'
import { z } from 'zod'
import { api } from './api.ts'
import { eventEffects } from './event-effects.ts'
import type { SlackEvent } from './event-effects.ts'
import { flag, given, number, text } from './wire-parts.ts'

const authorization = z.object({
  enterprise_id: text,
  team_id: text,
  user_id: text,
  is_bot: flag,
  is_enterprise_install: flag,
})

const envelope = z.object({
  type: z.string(),
  team_id: text,
  enterprise_id: text,
  authorizations: z.array(authorization).nullish(),
  event_id: text,
  event_time: number,
  event: z.looseObject({ type: z.string() }).nullish(),
  minute_rate_limited: number,
})

type Envelope = z.output<typeof envelope>

/** Slack's Events API: one request URL and one signing secret of the app for every workspace that has it installed. */
export const webhooks = api.appWebhooks(
  z.object({
    /** The signing secret of the app; or the current one and the one before. */
    signingSecret: webhookSecret(),
  }),
  {
    verify: hmacSha256({
      secret: ({ signingSecret }) => signingSecret,
      header: 'x-slack-signature',
      prefix: 'v0=',
      timestamp: 'x-slack-request-timestamp',
      message: ({ body }, timestamp) => [`v0:${timestamp}:`, body],
      tolerance: '5m',
    }),
    handshake: echoBody((body) =>
      property(body, 'type') === 'url_verification' ? property(body, 'challenge') : undefined,
    ),
    accountOf: ({ enterpriseId, teamId }) => enterpriseId ?? teamId,
    wire: envelope,
    split: (body): readonly WireEvent<SlackEvent>[] => {
      const { type, event, event_id, event_time, minute_rate_limited } = body
      if (type === 'url_verification') return []
      const seconds = event_time ?? minute_rate_limited
      return accountsOf(body).map(({ account, botUserId }) => ({
        type: event?.type ?? type,
        // The same in every repetition, and for every workspace that is told.
        id: given(event_id),
        at: seconds && seconds * 1000,
        account,
        data: { event: event ?? body, botUserId },
      }))
    },
    events: eventEffects,
  },
)

interface ToldAccount {
  readonly account: string | undefined
  readonly botUserId: string | undefined
}

/** Whom an event is for. An app that is installed for a whole organization is told of all its workspaces as the organization. */
function accountsOf({ authorizations, team_id, enterprise_id }: Envelope): readonly ToldAccount[] {
  const told = new Map<string, string | undefined>()
  for (const { enterprise_id: enterprise, team_id: team, user_id, is_bot, is_enterprise_install } of authorizations ??
    []) {
    const account = given(is_enterprise_install === true ? enterprise : team)
    if (account !== undefined) told.set(account, is_bot === true ? given(user_id) : told.get(account))
  }
  if (told.size === 0) return [{ account: given(team_id) ?? given(enterprise_id), botUserId: undefined }]
  return [...told].map(([account, botUserId]) => ({ account, botUserId }))
}
