import { organizationId } from './app.ts'
import type { App } from './app.ts'
import type { Provider } from './provider.ts'
import type { Screen } from './screen.ts'

/** Shows the history of runs, the newest first. */
export async function showLog(app: App, screen: Screen, providers: readonly Provider[]): Promise<void> {
  const runs = await app.sync.history(organizationId, { limit: 12 })
  screen.table([
    ['run', 'provider', 'type', 'ended', 'read', 'ms', ''],
    ...runs.map(({ id, provider, type, status, counters, startedAt, completedAt, resumes, error }) => [
      id.slice(0, 8),
      providers.find(({ adapter }) => adapter.provider === provider)?.adapter.name ?? provider,
      type,
      status,
      counters.processed,
      completedAt === undefined ? undefined : completedAt - startedAt,
      resumes === undefined ? error?.code : `went on with ${resumes.slice(0, 8)}`,
    ]),
  ])
}
