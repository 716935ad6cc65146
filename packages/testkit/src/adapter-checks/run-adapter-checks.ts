import type { SandboxActions } from '../sandbox/sandbox-definition.ts'
import type { AdapterCheck } from './adapter-check.ts'
import { adapterChecks } from './adapter-checks.ts'
import type { AdapterSubject } from './adapter-subject.ts'

/** What became of one check. */
export interface AdapterCheckResult extends Pick<AdapterCheck, 'name' | 'hazard' | 'entity'> {
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Why it failed, or why it does not apply. */
  readonly reason?: string | undefined
  /** What to do, when it failed. */
  readonly remedy?: string | undefined
}

/** What became of all checks of an adapter. */
export interface AdapterCheckResults {
  readonly adapter: string
  readonly version: string
  readonly checks: readonly AdapterCheckResult[]
}

/** Runs every check of an adapter outside a test runner, one after the other. */
export async function runAdapterChecks<State, Actions extends SandboxActions>(
  subject: AdapterSubject<State, Actions>,
): Promise<AdapterCheckResults> {
  const checks: AdapterCheckResult[] = []
  for (const check of adapterChecks(subject)) checks.push(await resultOf(check))
  const { provider, version } = subject.adapter
  return { adapter: provider, version, checks }
}

async function resultOf(check: AdapterCheck): Promise<AdapterCheckResult> {
  const { name, hazard, entity, skip, remedy } = check
  if (skip !== undefined) return { name, hazard, entity, status: 'skipped', reason: skip }
  try {
    await check.run()
    return { name, hazard, entity, status: 'passed' }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { name, hazard, entity, status: 'failed', reason, remedy }
  }
}

/** The results of an adapter's checks as JSON: what a registry of adapters keeps. */
export interface AdapterScore {
  readonly adapter: string
  readonly version: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly checks: readonly AdapterCheckResult[]
}

/** Counts results. */
export function scoreOf({ adapter, version, checks }: AdapterCheckResults): AdapterScore {
  const count = (status: AdapterCheckResult['status']): number =>
    checks.filter((check) => check.status === status).length
  return {
    adapter,
    version,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    checks,
  }
}
