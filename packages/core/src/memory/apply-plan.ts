import type { MemoryEntity } from './memory-entity.ts'
import { appendToFeed } from './memory-state.ts'
import type { MemoryState } from './memory-state.ts'
import { idName } from './memory-quarantine.ts'
import type { PagePlan } from './page-plan.ts'

/** Writes the rows, feed entries and cures of a plan. Cannot fail, so that a commit is whole or absent. */
export function applyPlan(state: MemoryState, entity: MemoryEntity, plan: PagePlan, runId: string | undefined): void {
  entity.commits += 1
  if (plan.rows.size > 0) entity.writes = ++state.latest.write
  for (const [id, row] of plan.rows) {
    if (!entity.rows.has(id)) entity.order = undefined
    entity.rows.set(id, row)
  }
  entity.live += plan.created.length - plan.deleted.length
  for (const id of plan.cured) entity.quarantine.delete(idName(id))
  const at = state.clock.now()
  for (const change of plan.feed) appendToFeed(state, { ...entity.key, ...change, runId, at })
}
