import type { AnyAdapter, BaseIntegration } from '@unioneyes/core'
import { adapterChecks } from '../../src/index.ts'
import { acmeAdapter, AcmeIntegration } from './acme-adapter.ts'
import { acmeSubject } from './acme-subject.ts'

/** An adapter with one mistake, and the only check that must notice it. */
export interface BrokenAdapter {
  readonly hazard: string
  /** What it does wrong. */
  readonly name: string
  /** The entity that it does it with. */
  readonly entity: 'people' | 'teams'
  readonly make: () => AnyAdapter
}

/** A class of integrations with one step done wrong. */
export function broken(hazard: string, name: string, type: new () => BaseIntegration): BrokenAdapter {
  return { hazard, name, entity: 'people', make: () => acmeAdapter(() => new type()) }
}

/** The correct integrations behind another card. */
export function misdeclared(hazard: string, name: string, over: Partial<AnyAdapter>): BrokenAdapter {
  return { hazard, name, entity: 'people', make: () => acmeAdapter(() => new AcmeIntegration(), over) }
}

/** The hazards whose checks a broken adapter fails, with what they say. */
export async function failedChecks({ make, entity }: BrokenAdapter): Promise<ReadonlyMap<string, string>> {
  const failed = new Map<string, string>()
  for (const check of adapterChecks(acmeSubject(make(), [entity]))) {
    if (check.skip !== undefined) continue
    await check.run().catch((error: unknown) => failed.set(check.hazard, String(error)))
  }
  return failed
}
