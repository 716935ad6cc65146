import { keyOf, organizationId } from './app.ts'
import type { App } from './app.ts'
import type { Provider } from './provider.ts'
import type { Cell, Screen } from './screen.ts'

const SHOWN = 3

/** Shows how much arrived of each provider, and the first few records as the app reads them. */
export async function showArrivals(app: App, screen: Screen, providers: readonly Provider[]): Promise<void> {
  for (const provider of providers) {
    const { adapter, entities, shown } = provider
    const counts: string[] = []
    for (const entity of entities) {
      counts.push(`${String(await app.store.records.count({ ...keyOf(adapter), entity }))} ${entity}`)
    }
    screen.line(`   ${adapter.name}: ${counts.join(', ')}`)
    for (const entity of shown) screen.table(await firstFew(app, provider, entity))
  }
}

async function firstFew(app: App, provider: Provider, entity: string): Promise<Cell[][]> {
  const rows: Cell[][] = []
  for await (const record of app.integrations.records(organizationId, provider.adapter.provider, entity)) {
    rows.push([`  ${entity}`, record.id, ...provider.words({ entity, record })])
    if (rows.length === SHOWN) break
  }
  return rows
}
