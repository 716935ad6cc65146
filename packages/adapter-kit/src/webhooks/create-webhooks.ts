import { IntegrationError, VerifiedDelivery, checkSchema, describeIssue, unverified } from '@unioneyes/core'
import type { AdapterWebhooks, DeliveredEvent, WebhookEffect } from '@unioneyes/core'
import type { z } from 'zod'
import { toDate } from '../listing.ts'
import { eventId } from './event-id.ts'
import { readJsonBody } from './webhook-body.ts'
import type { AppWebhooksOptions, WebhooksOptions, WireEvent } from './webhooks-options.ts'

const MAX_ISSUES = 20

/** The webhook group of an adapter from its description. `secrets` is the schema of what holds them. */
export function createWebhooks<Secrets extends z.ZodType, W extends z.ZodType, Data, Entity extends string>(
  secrets: Secrets,
  options: WebhooksOptions<z.output<Secrets>, W, Data, Entity>,
): AdapterWebhooks<Entity> {
  const { verify: verifier, handshake } = options
  return {
    signatureHeader: verifier.signatureHeader,
    toleranceMs: verifier.toleranceMs,
    handshake,
    async verify(delivery, context) {
      const checked = await checkSchema<z.output<Secrets>>(secrets, context.secrets)
      if (checked.issues) throw unfit(checked.issues)
      return new VerifiedDelivery(delivery, await verifier.check(delivery, checked.value, context.now))
    },
    events(delivery) {
      // The compiler sees to it, but not in every language an app is written in.
      if (!VerifiedDelivery.is(delivery)) throw unverified('it was not passed through verify()')
      return guarded(() => readEvents(options, delivery))
    },
  }
}

/** The same where one endpoint and one secret of the app serve all connections. */
export function createAppWebhooks<
  App extends z.ZodType,
  S extends z.ZodType,
  W extends z.ZodType,
  Data,
  Entity extends string,
>(
  appSecrets: App,
  settings: S,
  options: AppWebhooksOptions<z.output<App>, z.output<S>, W, Data, Entity>,
): AdapterWebhooks<Entity> {
  const { accountOf } = options
  return {
    ...createWebhooks(appSecrets, options),
    appSecrets,
    accountOf: (given) => {
      const checked = settings.safeParse(given)
      return checked.success ? accountOf(checked.data) : undefined
    },
  }
}

function readEvents<Secrets, W extends z.ZodType, Data, Entity extends string>(
  options: WebhooksOptions<Secrets, W, Data, Entity>,
  delivery: VerifiedDelivery,
): DeliveredEvent<Entity>[] {
  const { wire, split, events } = options
  const body = wire.safeParse(readJsonBody(delivery))
  if (!body.success) {
    const issues = body.error.issues.slice(0, MAX_ISSUES).map(describeIssue)
    const message = `A verified delivery does not have the expected shape: ${issues.slice(0, 5).join('; ')}.`
    throw new IntegrationError('RESPONSE_INVALID', message, { issues })
  }
  const effectsOf = (event: WireEvent<Data>): readonly WebhookEffect<Entity>[] => {
    const handler = typeof events === 'function' ? events : own(events, event.type)
    const effects = handler?.(event) ?? []
    return 'kind' in effects ? [effects] : effects
  }
  return split(body.data, delivery).map((event, place) => {
    const { type, id, at, account, data } = event
    const occurredAt = toDate(at)?.getTime()
    return {
      id: id === null || id === undefined || id === '' ? eventId(delivery, place, occurredAt) : id,
      type,
      occurredAt,
      externalAccountId: account ?? undefined,
      payload: data,
      effects: effectsOf(event),
    }
  })
}

// An event called `constructor` has no handler.
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (IntegrationError.is(error)) throw error
    // The message may quote the body, so only the kind of failure is told.
    const kind = error instanceof Error ? error.name : typeof error
    throw new IntegrationError('UNEXPECTED', `The adapter could not read a verified delivery (${kind}): report it.`)
  }
}

function unfit(issues: readonly string[]): IntegrationError {
  return new IntegrationError(
    'CONFIG_INVALID',
    `What holds the webhook secret does not fit: ${issues.join('; ')}. Save it again.`,
    { issues },
  )
}
