import { readEnvironment } from '@unioneyes/adapter-kit'
import { VAULT_KEYS_VARIABLE, generateVaultKey } from '@unioneyes/core'
import type { RunCounters, SyncRun } from '@unioneyes/core'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { keyOf, openApp, organizationId } from './app.ts'
import type { App } from './app.ts'
import type { Provider } from './provider.ts'
import type { Screen } from './screen.ts'
import { showArrivals } from './show-arrivals.ts'
import { showLog } from './show-log.ts'
import { runOf, syncToEnd } from './sync-all.ts'

/** Real accounts to read. */
export interface AccountsRun {
  readonly screen: Screen
  readonly folder: string
  readonly providers: readonly Provider[]
}

/** What was read of real accounts, for `--json`. */
export interface AccountsResult {
  readonly ok: boolean
  readonly path: string
  readonly providers: Readonly<Record<string, { readonly fullSync: RunCounters; readonly incremental: RunCounters }>>
}

/** The providers for which the environment holds something of a connection. */
export const inEnvironment = (providers: readonly Provider[]): readonly Provider[] =>
  providers.filter(({ adapter }) => Object.values(adapter.env ?? {}).some((variable) => process.env[variable]))

/** Reads real accounts: a full sync, what arrived, then an incremental one. It only reads. */
export async function runOnAccounts({ screen, folder, providers }: AccountsRun): Promise<AccountsResult> {
  // Before anything else, so that half a connection is told at once.
  const connections = providers.map((provider) => ({ provider, given: readEnvironment(provider.adapter) }))
  useVaultKey(folder, screen)
  const path = resolve(folder, 'company.db')
  const app = await openApp({ path, adapters: providers.map(({ adapter }) => adapter) })
  try {
    screen.heading('Checking the connections')
    let healthy = true
    for (const { provider, given } of connections) {
      const said = await connect(app, provider, given)
      healthy &&= said === 'healthy'
      screen.line(`   ${provider.adapter.name.padEnd(18)} ${said}`)
    }
    if (!healthy) return { ok: false, path, providers: {} }

    const all = { screen, path, providers, baseUrls: {} }
    screen.heading('Reading everything')
    const full = await syncToEnd(all, 'full')
    screen.heading('What arrived')
    await showArrivals(app, screen, providers)
    screen.heading('Reading what changed since')
    const incremental = await syncToEnd(all, 'incremental')
    screen.heading('The log')
    await showLog(app, screen, providers)
    screen.line()
    screen.line(`Everything is in ${path}. Run it again and only changes are written.`)
    return { ok: [...full, ...incremental].every(isSuccess), path, providers: resultsOf(providers, full, incremental) }
  } finally {
    await app.close()
  }
}

type Given = ReturnType<typeof readEnvironment>

/** Saves the connection and asks the provider. @returns how it is, in words */
async function connect(app: App, provider: Provider, given: Given): Promise<string> {
  const { connections } = app.integrations
  const { provider: id, env } = provider.adapter
  const stored = await app.store.connections.get(keyOf(provider.adapter))
  const isSame = Object.entries(given.settings ?? {}).every(([name, value]) => stored?.settings[name] === value)
  // A refresh token that an earlier run was given is newer than the one in the environment, which may be worth nothing by now.
  if (stored && isSame && env?.refreshToken !== undefined) {
    const { status } = await connections.check(organizationId, id)
    if (status === 'healthy') return status
  }
  await connections.save(organizationId, id, given)
  const { status, lastError } = await connections.check(organizationId, id)
  return lastError === undefined ? status : `${status}: ${lastError}`
}

const isSuccess = ({ status }: SyncRun): boolean => status === 'success'

const resultsOf = (
  providers: readonly Provider[],
  full: readonly SyncRun[],
  incremental: readonly SyncRun[],
): AccountsResult['providers'] =>
  Object.fromEntries(
    providers.map((provider) => [
      provider.adapter.provider,
      { fullSync: runOf(full, provider).counters, incremental: runOf(incremental, provider).counters },
    ]),
  )

// A real credential must outlive the run, or the connection could not be opened again.
function useVaultKey(folder: string, screen: Screen): void {
  if (process.env[VAULT_KEYS_VARIABLE] !== undefined) return
  const file = resolve(folder, 'vault.key')
  if (!existsSync(file)) writeFileSync(file, `quickstart:${generateVaultKey()}\n`, { mode: 0o600 })
  process.env[VAULT_KEYS_VARIABLE] = readFileSync(file, 'utf8').trim()
  screen.line(`${VAULT_KEYS_VARIABLE} is not set, so a key in ${file} seals your credentials. Keep it out of backups.`)
}
