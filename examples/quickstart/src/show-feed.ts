import { organizationId } from './app.ts'
import type { App } from './app.ts'
import type { Provider } from './provider.ts'
import type { Cell, Screen } from './screen.ts'

// Of each provider.
const SHOWN = 4

/** Shows the last entries of the one feed that all providers' changes stand in. @returns how many there are in all */
export async function showFeed(
  app: App,
  screen: Screen,
  providers: readonly Provider[],
  skip: number,
): Promise<number> {
  const counts = { created: 0, updated: 0, deleted: 0 }
  const last = new Map<string, { readonly place: number; readonly row: readonly Cell[] }[]>()
  let place = 0
  for await (const { provider: id, entity, kind, id: recordId, record } of app.sync.changes(organizationId)) {
    place += 1
    if (place <= skip) continue
    counts[kind] += 1
    const provider = providers.find(({ adapter }) => adapter.provider === id)
    const words = record && provider ? provider.words({ entity, record }) : []
    const row = [place, provider?.adapter.name, kind, entity, recordId, words.filter(Boolean).join(', ')]
    last.set(id, [...(last.get(id) ?? []), { place, row }].slice(-SHOWN))
  }
  const entries = [...last.values()].flat().sort((left, right) => left.place - right.place)
  screen.table([['entry', 'provider', '', 'entity', 'id', ''], ...entries.map(({ row }) => row)])
  const { created, updated, deleted } = counts
  screen.line(
    `   since the first sync: ${String(created)} created, ${String(updated)} updated, ${String(deleted)} deleted`,
  )
  return place
}
