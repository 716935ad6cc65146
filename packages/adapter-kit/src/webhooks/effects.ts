import type { ConnectionStatus, WebhookEffect } from '@unioneyes/core'

/** What a handler of an event gives: one effect, several, or none. */
export type EventEffects<Entity extends string> = WebhookEffect<Entity> | readonly WebhookEffect<Entity>[]

/** These records changed: they are read again. */
export function refetch<const Entity extends string>(
  entity: Entity,
  ids: string | readonly string[],
): WebhookEffect<Entity> {
  return { kind: 'refetch', entity, ids: typeof ids === 'string' ? [ids] : [...new Set(ids)] }
}

/** This record is gone. Give the provider's version where the event has one: without it, it is a hint and looked up. */
export function tombstone<const Entity extends string>(
  entity: Entity,
  id: string,
  version?: string,
): WebhookEffect<Entity> {
  return { kind: 'tombstone', entity, id, version }
}

/** Something about this entity changed, and the event does not say what. */
export function resync<const Entity extends string>(entity: Entity): WebhookEffect<Entity> {
  return { kind: 'resync', entity }
}

/** The connection itself changed. */
export function connectionIs(status: ConnectionStatus, reason: string): WebhookEffect<never> {
  return { kind: 'connection', status, reason }
}
