import type { AdapterWebhooks, EntityRecord } from '@unioneyes/core'
import { z } from 'zod'
import type { ApiDefinition } from './api-definition.ts'
import type { Entity } from './entity.ts'
import { listEntity } from './list-entity.ts'
import type { ListEntity } from './list-entity.ts'
import type { ListOptions } from './list-options.ts'
import { readEntity } from './read-entity.ts'
import type { ReadAbilities, ReadEntity } from './read-options.ts'
import type { Mapped } from './wire-rows.ts'
import { createAppWebhooks, createWebhooks } from './webhooks/create-webhooks.ts'
import type { AppWebhooksOptions, WebhooksOptions } from './webhooks/webhooks-options.ts'

/** A provider's API, to which entities are added. */
export interface Api<C extends z.ZodObject, S extends z.ZodObject> {
  readonly definition: ApiDefinition<C, S> & { readonly settings: S }
  /** Begins the description of an entity whose records have the given model. */
  entity<T extends EntityRecord>(model: z.ZodType<T>): EntityBuilder<T, z.output<S>>
  /** Describes webhooks of which every connection has its own endpoint, with the secret in its credentials. */
  webhooks<W extends z.ZodType, Data, const E extends string>(
    options: WebhooksOptions<z.output<C>, W, Data, E>,
  ): AdapterWebhooks<E>
  /** Describes webhooks of which one endpoint and one secret serve all connections: what the app configures for them. */
  appWebhooks<A extends z.ZodType, W extends z.ZodType, Data, const E extends string>(
    appSecrets: A,
    options: AppWebhooksOptions<z.output<A>, z.output<S>, W, Data, E>,
  ): AdapterWebhooks<E>
}

/** The two ways to say how an entity is read. */
export interface EntityBuilder<T extends EntityRecord, S> {
  /** Described: the entity is a listing. */
  list<W extends z.ZodType, R extends Mapped<T>>(options: ListOptions<T, S, W, R>): ListEntity<T, S>
  /** Written: the entity needs a program. */
  read(read: ReadEntity<T, S>, abilities?: ReadAbilities<T, S>): Entity<T, S>
}

const noSettings = z.object({})

/**
 * Says where an API lives, how to sign in, how fast we may go and how to check it. Nothing is sent before an integration
 * made from it is used.
 */
export function defineApi<C extends z.ZodObject, S extends z.ZodObject = typeof noSettings>(
  definition: ApiDefinition<C, S>,
): Api<C, S> {
  // Where no settings are given, S is the type of noSettings.
  const settings = definition.settings ?? (noSettings as unknown as S)
  return {
    definition: { ...definition, settings },
    entity: (model) => ({
      list: (options) => listEntity(model, options),
      read: (read, abilities) => readEntity(model, read, abilities),
    }),
    webhooks: (options) => createWebhooks(definition.credentials, options),
    appWebhooks: (appSecrets, options) => createAppWebhooks(appSecrets, settings, options),
  }
}
