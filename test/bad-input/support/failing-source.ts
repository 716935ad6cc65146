import type { IntegrationErrorCode, SyncRun } from '@unioneyes/core'
import type { Fault } from '@unioneyes/testkit'
import { expect } from 'vitest'
import { checkpoint, copyOf, expectEnd, expectTruth, feedEnd, feedSince } from './look.ts'
import type { Source } from './source.ts'
import { changePeople } from './synced.ts'
import type { SyncedCompany } from './synced.ts'

/** How a sync of one entity must fail. */
export interface ExpectedFailure {
  readonly code: IntegrationErrorCode
  /** What its message must say, beside the request. */
  readonly says: readonly RegExp[]
}

/** Puts a fault on what a full sync of a source asks, after the answers that are good. */
export function spoil({ company }: SyncedCompany, { path, skip }: Source, fault: Fault, times?: number): void {
  company.faults.inject({ match: { path, skip }, times, fault })
}

/**
 * Syncs the entity of a source while its answers are spoiled. It must fail as told, name the request, and keep what was there:
 * everything where nothing good came before, otherwise every record, with the place to go on at.
 */
export async function expectFailure(s: SyncedCompany, source: Source, expected: ExpectedFailure): Promise<SyncRun> {
  const { company, app } = s
  const { entity, path, resumes } = source
  const [before, end] = [await copyOf(app), await feedEnd(app)]
  const run = await app.sync.full('org_1', 'bamboohr', [entity])
  const says = [new RegExp(`GET ${path}\\b`), ...expected.says]
  await expectEnd(app, run, { status: 'failed', code: expected.code, says })

  const after = await copyOf(app)
  const told = await feedSince(app, end)
  if (resumes) {
    expect([...(after.get(entity)?.keys() ?? [])]).toEqual(
      expect.arrayContaining([...(before.get(entity) ?? [])].map(([id]) => id)),
    )
    expect(told.filter((entry) => entry.startsWith('deleted'))).toEqual([])
    expect(run.counters.processed).toBeGreaterThan(0)
    expect(checkpoint(company, entity).listing).toMatchObject({ phase: 'list', runId: run.id })
  } else {
    expect(after).toEqual(before)
    expect(told).toEqual([])
  }
  return run
}

/** Takes the fault away: the next sync of the entity goes on where the failed one stopped and makes it equal the truth. */
export async function expectRecovery({ company, app }: SyncedCompany, source: Source, failed?: SyncRun): Promise<void> {
  company.faults.clear()
  company.clock.jump(60_000)
  const { entity, resumes } = source
  const run = await app.sync.full('org_1', 'bamboohr', [entity])
  await expectEnd(app, run, { status: 'success' })
  if (resumes && failed) expect(run.resumes).toBe(failed.id)
  // Sources that share an entity or an answer are gone through one after the other: each must meet changes of its own.
  await expectTruth(company, app, { entities: [entity] })
  changePeople(company)
}
