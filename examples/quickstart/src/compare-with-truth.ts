import { isDeepStrictEqual } from 'node:util'
import { parseJsonText } from '@unioneyes/core'
import type { Store } from '@unioneyes/core'
import { keyOf } from './app.ts'
import type { Provider, TrueRecord } from './provider.ts'

/** Compares every stored record of an entity with what the provider says it holds; one sentence per difference. */
export async function compareWithTruth(
  store: Store,
  provider: Provider,
  entity: string,
  truth: readonly TrueRecord[],
): Promise<string[]> {
  const expected = new Map(truth.map((record) => [record.id, record]))
  const differences: string[] = []
  let after: string | undefined
  for (;;) {
    const page = await store.records.list({ ...keyOf(provider.adapter), entity }, { after })
    for (const { id, raw } of page) {
      const record = expected.get(id)
      expected.delete(id)
      if (!record) differences.push(`${entity} ${id} is here and not at the provider`)
      else differences.push(...differingFields(raw, record).map((name) => `${entity} ${id} differs in ${name}`))
    }
    after = page.at(-1)?.id
    if (after === undefined) break
  }
  return [...differences, ...[...expected.keys()].map((id) => `${entity} ${id} is at the provider and not here`)]
}

function differingFields(raw: string | undefined, { row, partial = false }: TrueRecord): string[] {
  const stored: unknown = parseJsonText(raw ?? 'null')
  if (typeof stored !== 'object' || stored === null) return ['everything']
  const here = new Map(Object.entries(stored))
  const names = new Set([...here.keys(), ...(partial ? [] : Object.keys(row))])
  return [...names].filter((name) => !isDeepStrictEqual(here.get(name), row[name]))
}
