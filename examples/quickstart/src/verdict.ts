import type { RunCounters } from '@unioneyes/core'
import { sumOf } from './judge.ts'
import type { ProviderResult } from './judge.ts'
import type { Provider } from './provider.ts'
import type { Screen } from './screen.ts'

/** What all syncs did, for `--json`. Numbers are those of all providers together. */
export interface Verdict {
  /** Whether every stored record is equal to the provider's, and nothing else was out of order. */
  readonly ok: boolean
  readonly fullSync: RunCounters
  readonly resumed: { readonly interruptedRuns: readonly string[]; readonly chain: RunCounters }
  readonly incremental: RunCounters
  readonly deleted: number
  readonly differences: readonly string[]
  readonly providers: Readonly<Record<string, ProviderResult>>
}

/** A provider with what its syncs did. */
export interface Judged {
  readonly provider: Provider
  readonly result: ProviderResult
}

/** Shows how the providers stand, and puts them together. */
export function toVerdict(screen: Screen, judged: readonly Judged[]): Verdict {
  for (const { provider, result } of judged) showComparison(screen, provider.adapter.name, result)
  screen.line()
  showSummary(screen, judged)
  const results = judged.map(({ result }) => result)
  const differences = judged.flatMap(({ provider: { adapter }, result }) =>
    result.differences.map((difference) => `${adapter.name}: ${difference}`),
  )
  return {
    ok: differences.length === 0,
    fullSync: sumOf(results.map(({ fullSync }) => fullSync)),
    resumed: {
      interruptedRuns: results.map(({ resumed }) => resumed.interruptedRun),
      chain: sumOf(results.map(({ resumed }) => resumed.chain)),
    },
    incremental: sumOf(results.map(({ incremental }) => incremental)),
    deleted: sumOf(results.map(({ total }) => total)).deleted,
    differences,
    providers: Object.fromEntries(judged.map(({ provider, result }) => [provider.adapter.provider, result])),
  }
}

// More would push the rest off the screen; all are in the result of --json.
const SHOWN = 10

function showComparison(screen: Screen, name: string, { records, deleted, differences }: ProviderResult): void {
  for (const difference of differences.slice(0, SHOWN)) screen.line(`   DIFFERENT: ${name}: ${difference}`)
  const counts = Object.entries(records).map(([entity, count]) => `${String(count)} ${entity}`)
  const verdict = differences.length === 0 ? 'equal: ' : `different (${String(differences.length)}): `
  screen.line(`   ${name.padEnd(18)} ${verdict}${counts.join(', ')}, ${String(deleted)} deletions`)
}

function showSummary(screen: Screen, judged: readonly Judged[]): void {
  screen.table([
    ['', 'entities', 'records', 'created', 'updated', 'deleted', 'requests', 'refused', 'waited s'],
    ...judged.map(({ provider, result: { records, total, deleted, requests, refused } }) => {
      const count = Object.values(records).reduce((sum, one) => sum + one, 0)
      const waited = Math.round(total.waitedMs / 100) / 10
      const numbers = [count, total.created, total.updated, deleted, requests, refused, waited]
      return [provider.adapter.name, provider.entities.length, ...numbers]
    }),
  ])
  screen.line(
    '   refused: what came too fast for the provider. waited: how long requests were held back for its limits.',
  )
}
