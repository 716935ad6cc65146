import type { BamboohrTruth } from '@unioneyes/adapter-bamboohr/sandbox'
import type { Store } from '@unioneyes/core'
import { organizationId } from './app.ts'

/** Compares everything in the store with what the sandbox says it holds; one sentence per difference. */
export async function compareWithTruth(store: Store, truth: BamboohrTruth): Promise<string[]> {
  return [
    ...(await compare(store, 'employees', truth.employees, 'employeeId')),
    ...(await compare(store, 'departments', truth.departments, 'id')),
  ]
}

type Rows = readonly Readonly<Record<string, unknown>>[]

async function compare(store: Store, entity: string, rows: Rows, idName: string): Promise<string[]> {
  const key = { organizationId, provider: 'bamboohr', connection: 'default', entity }
  const expected = new Map(rows.map((row) => [String(row[idName]), row]))
  const differences: string[] = []
  let after: string | undefined
  for (;;) {
    const page = await store.records.list(key, { after })
    for (const { id, raw } of page) {
      const row = expected.get(id)
      expected.delete(id)
      if (!row) differences.push(`${entity} ${id} is here and not at the provider`)
      else differences.push(...differingFields(raw, row).map((name) => `${entity} ${id} differs in ${name}`))
    }
    after = page.at(-1)?.id
    if (after === undefined) break
  }
  return [...differences, ...[...expected.keys()].map((id) => `${entity} ${id} is at the provider and not here`)]
}

function differingFields(raw: string | undefined, row: Readonly<Record<string, unknown>>): string[] {
  const stored: unknown = JSON.parse(raw ?? '{}')
  if (typeof stored !== 'object' || stored === null) return ['everything']
  return Object.entries(stored).flatMap(([name, value]) =>
    name in row && JSON.stringify(row[name]) !== JSON.stringify(value) ? [name] : [],
  )
}
