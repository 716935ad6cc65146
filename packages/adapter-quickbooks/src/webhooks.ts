import { hmacSha256, refetch, resync, tombstone, webhookSecret, wireId } from '@unioneyes/adapter-kit'
import type { WireEvent } from '@unioneyes/adapter-kit'
import type { WebhookEffect } from '@unioneyes/core'
import { z } from 'zod'
import { api } from './api.ts'
import { transactionId, transactionTypes } from './transaction-types.ts'

// A delivery holds events of many companies: one that is unlike the others must not cost them theirs.
const text = z.string().nullish().catch(undefined)
const id = wireId().nullish().catch(undefined)
const word = z.string().catch('')

// An event of today: deliveries hold a list of them.
const cloudEvent = z.object({
  ...{ id: text, type: word, time: text, intuitentityid: id, intuitaccountid: id },
  // Intuit's texts name either for what was merged into it.
  data: z
    .object({ deletedid: id, alternative_ids: z.array(z.object({ id })).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
})

// Deliveries until 2026: by company, then by object.
const legacy = z.object({
  eventNotifications: z.array(
    z.object({
      realmId: id,
      dataChangeEvent: z
        .object({
          entities: z.array(z.object({ name: word, id, operation: word, lastUpdated: text, deletedId: id })).nullish(),
        })
        .nullish(),
    }),
  ),
})

interface Change {
  /** What changed, in QuickBooks' words and whatever case of letters. */
  readonly name: string
  readonly operation: string
  readonly id: string | null | undefined
  /** Of a merge: what became a part of it and is gone. */
  readonly merged: readonly string[]
}

type EntityName = 'invoices' | 'payments' | 'customers' | 'accounts' | 'transactions'

interface Target {
  readonly entity: EntityName
  readonly recordId: (id: string) => string
  /** What changes along with it, and of which nothing is told. */
  readonly resync?: EntityName | undefined
}

const plain = (entity: EntityName, alsoChanged?: EntityName): Target => ({
  entity,
  recordId: (id) => id,
  resync: alsoChanged,
})

const TARGETS = new Map<string, Target>([
  ['invoice', plain('invoices')],
  // Which invoices it pays, or does no longer, the event does not say; their balances change with it.
  ['payment', plain('payments', 'invoices')],
  ['customer', plain('customers')],
  ['account', plain('accounts')],
  ...transactionTypes.map((type): [string, Target] => [
    type.toLowerCase(),
    {
      entity: 'transactions',
      recordId: (id) => transactionId(type, id),
      // The bills that it pays.
      resync: type === 'BillPayment' ? 'transactions' : undefined,
    },
  ]),
])

/** One endpoint for all companies that an app is connected to. Events name the company, and hold ids and no values. */
export const webhooks = api.appWebhooks(
  z.object({
    /** The verifier token of the app's webhooks; while it is being changed, also the one before. */
    verifierToken: webhookSecret(),
  }),
  {
    verify: hmacSha256({
      secret: ({ verifierToken }) => verifierToken,
      header: 'intuit-signature',
      encoding: 'base64',
    }),
    accountOf: ({ realmId }) => realmId,
    wire: z.union([z.array(cloudEvent), legacy]),
    split: (body): readonly WireEvent<Change>[] => (Array.isArray(body) ? body.map(fromCloudEvent) : fromLegacy(body)),
    events: ({ data }) => effectsOf(data),
  },
)

// qbo.invoice.updated.v1
const TYPE = /^qbo\.(?<name>[^.]+)\.(?<operation>[^.]+)\./i

function fromCloudEvent(event: z.output<typeof cloudEvent>): WireEvent<Change> {
  const { type, time, intuitentityid, intuitaccountid, data } = event
  const { name = '', operation = '' } = TYPE.exec(type)?.groups ?? {}
  const merged = [data?.deletedid, ...(data?.alternative_ids ?? []).map((one) => one.id)].flatMap((one) => one ?? [])
  const change = { name, operation, id: intuitentityid, merged: /^merge/i.test(operation) ? merged : [] }
  return { type, id: event.id, at: time, account: intuitaccountid, data: change }
}

function fromLegacy({ eventNotifications }: z.output<typeof legacy>): WireEvent<Change>[] {
  return eventNotifications.flatMap(({ realmId, dataChangeEvent }) =>
    (dataChangeEvent?.entities ?? []).map(({ name, operation, lastUpdated, deletedId, ...entity }) => ({
      type: `${name}.${operation}`,
      at: lastUpdated,
      account: realmId,
      data: { name, operation, id: entity.id, merged: deletedId ? [deletedId] : [] },
    })),
  )
}

function effectsOf({ name, operation, id, merged }: Change): WebhookEffect<EntityName>[] {
  const target = TARGETS.get(name.toLowerCase())
  if (!target || !id) return []
  const { entity, recordId } = target
  // Whatever happened to it, a look shows what it is now; that it is gone is a hint, and looked up too.
  const isGone = /^delete/i.test(operation)
  return [
    isGone ? tombstone(entity, recordId(id)) : refetch(entity, recordId(id)),
    ...merged.map((one) => tombstone(entity, recordId(one))),
    ...(target.resync ? [resync(target.resync)] : []),
  ]
}
