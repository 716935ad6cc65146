import type { EntityKey, IdQuery, Store } from '@unioneyes/core'

/** How many ids are asked for, and held, at a time. */
export const IDS_PER_SLICE = 5_000

/** The ids of live stored records in a range, in order, slice by slice. No slice is empty. */
export async function* storedIds(
  store: Pick<Store, 'pages'>,
  key: EntityKey,
  range: Pick<IdQuery, 'from' | 'below'>,
  limit = IDS_PER_SLICE,
): AsyncGenerator<readonly string[], void, undefined> {
  let after: string | undefined
  for (;;) {
    const ids = await store.pages.idsBetween(key, { ...range, after, limit })
    if (ids.length > 0) yield ids
    if (ids.length < limit) return
    after = ids.at(-1)
  }
}
