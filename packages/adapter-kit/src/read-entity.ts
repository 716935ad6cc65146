import { IntegrationError } from '@unioneyes/core'
import type { EntityRecord, Json, Page, ReadOptions } from '@unioneyes/core'
import type { z } from 'zod'
import type { Entity } from './entity.ts'
import type { BoundHttp } from './http/bound-http.ts'
import type { ReadAbilities, ReadEntity, ReadPage } from './read-options.ts'
import { fromReaderToken, withReaderTokens } from './reader-tokens.ts'
import { withRestarts } from './restarts.ts'
import type { Session } from './session.ts'

/** An entity from a program that reads it. */
export function readEntity<T extends EntityRecord, S>(
  model: z.ZodType<T>,
  read: ReadEntity<T, S>,
  abilities: ReadAbilities = {},
): Entity<T, S> {
  const { incremental = false, deletions = 'absence' } = abilities
  return {
    model,
    incremental,
    deletions,
    read: (session, entity, options) => {
      const { provider } = session.key
      if (options.type === 'incremental' && !incremental) {
        const message = `${entity} of ${provider} cannot be read incrementally: run a full sync.`
        throw new IntegrationError('UNSUPPORTED', message, { provider, entity })
      }
      const http = session.http({ entity, signal: options.signal })
      const run = (token: Json | undefined) => pagesFrom(read, session, http, options, token)
      return withRestarts({
        provider,
        entity,
        resumed: options.pageToken !== undefined,
        first: () => run(fromReaderToken(options.pageToken)),
        again: () => run(undefined),
        restartOn: (error) => IntegrationError.is(error, 'CURSOR_EXPIRED'),
      })
    },
  }
}

async function* pagesFrom<T extends EntityRecord, S>(
  read: ReadEntity<T, S>,
  session: Session<S>,
  http: BoundHttp,
  options: ReadOptions,
  token: Json | undefined,
): AsyncGenerator<Page<T>> {
  const { signal, cursor, type = 'full' } = options
  const providerDate = (): Date | undefined => http.providerDate
  const context = { http, settings: session.settings, type, cursor, token, providerDate, signal }
  for await (const { page, next } of withReaderTokens<ReadPage<T>>(read(context))) {
    yield { ...page, next, usage: http.meter.take() }
  }
}
