import { createHash } from 'node:crypto'
import type { VerifiedDelivery } from '@unioneyes/core'

/**
 * An idempotency key for an event of a provider that gives none: a hash of the delivery's bytes and the event's place in
 * them. Where the event says when it happened, those bytes tell it from every other event, and a repetition has the same ones
 * although it is signed anew. Where it does not, two events may have the same bytes: then the signed time is added, or, in a
 * scheme without one, the time of receipt. A repetition may then count as another event, which costs a second look at
 * the records; the other mistake would lose a change.
 */
export function eventId(delivery: VerifiedDelivery, place: number, occurredAt: number | undefined): string {
  const hash = createHash('sha256').update(delivery.body)
  // A zero byte stands in no JSON text, so what follows it cannot be taken for a part of the body.
  hash.update(`\0${String(place)}`)
  if (occurredAt === undefined) hash.update(`\0${String(delivery.proof.signedAt ?? delivery.receivedAt)}`)
  return hash.digest('hex')
}
