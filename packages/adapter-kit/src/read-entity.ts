import { IntegrationError } from '@unioneyes/core'
import type { EntityRecord, Json, Page, ReadOptions } from '@unioneyes/core'
import type { z } from 'zod'
import type { Entity } from './entity.ts'
import type { BoundHttp } from './http/bound-http.ts'
import type { FetchEntity, ReadAbilities, ReadEntity, ReadPage } from './read-options.ts'
import { fromReaderToken, withReaderTokens } from './reader-tokens.ts'
import { withRestarts } from './restarts.ts'
import { walkPages } from './walk-pages.ts'
import type { Session } from './session.ts'

/** An entity from a program that reads it. */
export function readEntity<T extends EntityRecord, S>(
  model: z.ZodType<T>,
  read: ReadEntity<T, S>,
  abilities: ReadAbilities<T, S> = {},
): Entity<T, S> {
  const { incremental = false, deletions = 'absence', fetch } = abilities
  return {
    model,
    incremental,
    deletions,
    ...(fetch && {
      fetchable: true,
      fetch: (session, entity, ids, { signal }) => fetchedBy(fetch, { session, entity, ids, signal }),
    }),
    read: (session, entity, options) => {
      const { provider } = session.key
      if (options.type === 'incremental' && !incremental) {
        const message = `${entity} of ${provider} cannot be read incrementally: run a full sync.`
        throw new IntegrationError('UNSUPPORTED', message, { provider, entity })
      }
      const http = session.http({ entity, signal: options.signal })
      const run = (token: Json | undefined) => pagesFrom(read, { session, http, entity, options, token })
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

interface WrittenRead<S> {
  readonly session: Session<S>
  readonly http: BoundHttp
  readonly entity: string
  readonly options: ReadOptions
  readonly token: Json | undefined
}

async function* pagesFrom<T extends EntityRecord, S>(
  read: ReadEntity<T, S>,
  { session, http, entity, options, token }: WrittenRead<S>,
): AsyncGenerator<Page<T>> {
  const { signal, cursor, type = 'full' } = options
  const providerDate = (): Date | undefined => http.providerDate
  const walk = walkPages(http, session.key.provider, entity)
  const context = { http, settings: session.settings, walk, type, cursor, token, providerDate, signal }
  for await (const { page, next } of withReaderTokens<ReadPage<T>>(read(context))) {
    yield { ...page, next, usage: http.meter.take() }
  }
}

interface WrittenFetch<S> {
  readonly session: Session<S>
  readonly entity: string
  readonly ids: readonly string[]
  readonly signal: AbortSignal | undefined
}

async function* fetchedBy<T extends EntityRecord, S>(
  fetch: FetchEntity<T, S>,
  { session, entity, ids, signal }: WrittenFetch<S>,
): AsyncGenerator<Page<T>> {
  if (ids.length === 0) return
  const http = session.http({ entity, signal })
  const walk = walkPages(http, session.key.provider, entity)
  const context = { http, settings: session.settings, walk, signal }
  for await (const page of fetch([...new Set(ids)], context)) yield { ...page, usage: http.meter.take() }
}
