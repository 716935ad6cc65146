import { createHmac, hash } from 'node:crypto'
import { createDeliveryQueue } from '@unioneyes/testkit'
import type { Provider } from './company.ts'
import { wholeSecond } from './moments.ts'
import type { ObjectType } from './object-types.ts'

/** How deliveries look and what they are signed with. */
export interface WebhookOptions {
  /** The form that was there first, or the one that is mandatory since 2026. @default 'cloudevents' */
  readonly format?: 'legacy' | 'cloudevents' | undefined
  /** The app's verifier token: one for all companies. @default sandboxVerifierToken */
  readonly verifierToken?: string | undefined
  /** Events to a delivery at most, of all companies together. @default 100 */
  readonly perDelivery?: number | undefined
}

/** What deliveries are signed with unless told otherwise. */
export const sandboxVerifierToken = '7d9c1b2e-5f4a-4c0d-9e8b-sandbox00001'

/** What happened to an object (sheet: Webhooks). */
export type Operation = 'Create' | 'Update' | 'Delete' | 'Merge' | 'Void' | 'Emailed'

/** One thing that happened. */
export interface ChangeEvent {
  readonly realmId: string
  readonly type: ObjectType
  readonly id: string
  readonly operation: Operation
  /** In milliseconds since 1970. */
  readonly at: number
  /** Who was merged into this one. */
  readonly deletedId?: string | undefined
  /** Its number since the start: the same may happen twice in one second. */
  readonly sequence: number
}

/** A request that the vendor wants to send: to be sent by whoever holds the sandbox. */
export interface SandboxDelivery {
  readonly id: string
  readonly method: 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** 1 for the first. */
  readonly attempt: number
  readonly events: readonly ChangeEvent[]
}

/** The webhooks of one app. */
export type Webhooks = ReturnType<typeof createWebhooks>

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
// Sheet: Webhooks. Each is the wait after the attempt before; from then on every six hours.
const RETRY_MS: readonly number[] = [10, 20, 30, 300, 1200, 2 * 3600, 4 * 3600].map((seconds) => seconds * SECOND_MS)
// Nobody may ever ask: what is oldest is forgotten then.
const MOST_WAITING = 50_000

/** Opens the webhooks of an app that all companies of a sandbox are connected to. */
export function createWebhooks(provider: Provider) {
  const {
    format = 'cloudevents',
    verifierToken = sandboxVerifierToken,
    perDelivery = 100,
  } = provider.options.webhooks ?? {}
  let fresh: ChangeEvent[] = []
  const queue = createDeliveryQueue<Pick<SandboxDelivery, 'body' | 'events'>>(provider.now)
  let made = 0
  let noted = 0

  function pack(): void {
    for (let at = 0; at < fresh.length; at += perDelivery) {
      const events = fresh.slice(at, at + perDelivery)
      made += 1
      queue.add(String(made), { body: writeBody(format, events), events })
    }
    fresh = []
  }

  return {
    /** Something happened that is to be told. */
    note(event: Omit<ChangeEvent, 'sequence'>): void {
      noted += 1
      fresh.push({ ...event, sequence: noted })
      if (fresh.length > 2 * MOST_WAITING) fresh = fresh.slice(-MOST_WAITING)
    },
    actions: {
      /** What would be sent now: everything that happened since the last time, and what is due again. */
      pendingDeliveries: (): SandboxDelivery[] => {
        pack()
        return queue.due().map(({ id, attempt, content: { body, events } }) => ({
          id,
          method: 'POST',
          headers: signedHeaders(body, verifierToken),
          body,
          attempt,
          events,
        }))
      },
      /** When the next delivery that waits is due, in milliseconds since 1970; undefined when none waits. */
      nextDeliveryAt: (): number | undefined => {
        pack()
        return queue.nextDueAt()
      },
      /** How an endpoint answered: anything but 2xx is tried again, later and later. */
      answerDelivery: (id: string, status: number): void => {
        const isTaken = status >= 200 && status < 300
        queue.answered(id, isTaken ? undefined : (RETRY_MS[queue.get(id).attempt - 1] ?? 6 * HOUR_MS))
      },
      /** Forgets all that was not delivered, as in an outage of more than a few days. */
      dropDeliveries: (): void => {
        fresh = []
        queue.drop()
      },
    },
  }
}

/** A delivery of given events, signed: base64 of HMAC-SHA256 over the body's bytes (sheet: Webhooks). */
export function signDelivery(
  events: readonly ChangeEvent[],
  options: Pick<WebhookOptions, 'format' | 'verifierToken'> = {},
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } {
  const body = writeBody(options.format ?? 'cloudevents', events)
  return { body, headers: signedHeaders(body, options.verifierToken ?? sandboxVerifierToken) }
}

function signedHeaders(body: string, verifierToken: string): Record<string, string> {
  return {
    'content-type': 'application/json; charset=utf-8',
    'intuit-signature': createHmac('sha256', verifierToken).update(body).digest('base64'),
  }
}

const writeBody = (format: 'legacy' | 'cloudevents', events: readonly ChangeEvent[]): string =>
  JSON.stringify(format === 'legacy' ? legacyBody(events) : events.map((event) => cloudEvent(event)))

// Sheet: Webhooks, "Legacy body". All that happened in one company stands together.
function legacyBody(events: readonly ChangeEvent[]) {
  const realms = Map.groupBy(events, ({ realmId }) => realmId)
  const eventNotifications = [...realms].map(([realmId, own]) => ({
    realmId,
    dataChangeEvent: {
      entities: own.map(({ type, id, operation, at, deletedId }) => ({
        name: type,
        id,
        operation,
        lastUpdated: new Date(wholeSecond(at)).toISOString(),
        ...(deletedId !== undefined && { deletedId }),
      })),
    },
  }))
  return { eventNotifications }
}

const PAST: Readonly<Record<Operation, string>> = {
  Create: 'created',
  Update: 'updated',
  Delete: 'deleted',
  Merge: 'merged',
  Void: 'voided',
  Emailed: 'emailed',
}

// Sheet: Webhooks, "Current body". Who was merged: developers.intuit.com, "Data objects" of webhooks.
function cloudEvent(event: ChangeEvent) {
  const { realmId, type, id, operation, at, deletedId } = event
  const digest = hash('sha256', JSON.stringify(event))
  return {
    specversion: '1.0',
    id: [0, 8, 12, 16, 20].map((start, part, all) => digest.slice(start, all[part + 1] ?? 32)).join('-'),
    source: `intuit.${hash('sha256', realmId, 'base64')}`,
    type: `qbo.${type.toLowerCase()}.${PAST[operation]}.v1`,
    datacontenttype: 'application/json',
    time: new Date(at).toISOString().replace('Z', '000000Z'),
    intuitentityid: id,
    intuitaccountid: realmId,
    data: deletedId === undefined ? {} : { deletedid: deletedId },
  }
}
