import { IntegrationType } from '@unioneyes/core'
import type { AnyAdapter, EntityMap } from '@unioneyes/core'
import { bearer, defineAdapter, defineApi, wireId } from '@unioneyes/adapter-kit'
import type { ApiDefinition, Entity } from '@unioneyes/adapter-kit'
import { z } from 'zod'

/** The smallest model. */
export const thing = z.object({ id: z.string(), name: z.string().optional() })
/** A record of the smallest model. */
export type Thing = z.infer<typeof thing>

const credentials = z.object({ apiKey: z.string() })
const settings = z.object({ region: z.string().default('here') })

/** The parts of an API that tests vary. */
export type ApiVariation = Partial<Omit<ApiDefinition<typeof credentials, typeof settings>, 'credentials' | 'settings'>>

/** An API that lives on the test's server: it is always given a base URL. */
export function simpleApi(variation: ApiVariation = {}) {
  return defineApi({
    credentials,
    settings,
    baseUrl: 'https://api.example.com/',
    auth: (given) => bearer(given.apiKey),
    rateLimit: { requests: 1000, per: 'second' },
    check: (http) => http.get('check'),
    ...variation,
  })
}

/** The settings of {@link simpleApi}. */
export type SimpleSettings = z.output<typeof settings>

/** A listing's wire schema and mapping, for tests that are about something else. */
export const thingRows = {
  wire: z.object({ id: wireId(), name: z.string().nullish() }),
  map: (row: { name?: string | null | undefined }) => ({ name: row.name }),
}

/** An adapter with the given entities. */
export function simpleAdapter<Entities extends EntityMap>(
  api: ReturnType<typeof simpleApi>,
  entities: { readonly [E in keyof Entities]: Entity<Entities[E], SimpleSettings> },
): AnyAdapter {
  return defineAdapter({
    provider: 'example',
    name: 'Example',
    type: IntegrationType.HRIS,
    version: '1.0.0',
    api,
    entities,
  })
}
