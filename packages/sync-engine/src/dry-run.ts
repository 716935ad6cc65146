import { noCounters } from '@unioneyes/core'
import type { EntityOutcome, RunCounters } from '@unioneyes/core'
import { KeptStretches } from './kept-stretches.ts'
import { PageBatch } from './page-batch.ts'
import { readAhead } from './read-ahead.ts'
import type { EntityJob } from './sync-entity.ts'

/**
 * Reads one entity and says what a sync would do, without lease and without writing. It keeps the ids it saw in memory,
 * about 100 bytes each.
 */
export async function dryRunEntity<Tx>(job: Omit<EntityJob<Tx>, 'kept'>): Promise<EntityOutcome> {
  const { settings, integration, key, mapping, reread, signal } = job
  const notes = ['Dry run: nothing was written.']
  const counters: { -readonly [Name in keyof RunCounters]: number } = { ...noCounters }
  const seen = new Set<string>()
  const keeps = new KeptStretches()
  let complete = false
  let total = 0
  if (integration.read) {
    // Without a lease there is no saved cursor to start from, so a dry run always reads everything.
    const source = integration.read(key.entity, { type: 'full', signal })
    const ahead = readAhead(source, settings.readAhead, () => settings.store.now())
    try {
      for (let next = await ahead.take(); next !== undefined; next = await ahead.take()) {
        const batch = new PageBatch(settings.store, {
          key,
          mapping,
          reread,
          quarantinedIds: new Set(),
          keepRecords: false,
          groups: undefined,
        })
        await batch.add(next)
        if (next.page.restarted !== undefined) {
          seen.clear()
          keeps.clear()
        }
        for (const kept of batch.keeps) keeps.add(kept)
        for (const id of batch.marks.flatMap((mark) => mark.ids)) seen.add(id)
        counters.processed += batch.processed
        counters.unchanged += batch.unchanged
        counters.failed += batch.quarantined.length
        counters.pages += 1
        counters.requests += batch.usage.requests
        counters.bytes += batch.usage.bytes
        counters.waitedMs += batch.usage.waitedMs
        for (const id of batch.changedIds) {
          if (batch.isStored(id)) counters.updated += 1
          else counters.created += 1
        }
        complete = next.page.complete === true && batch.identified
        total = Math.max(total, next.page.total ?? 0)
      }
    } finally {
      await ahead.stop()
    }
  }
  if (complete && seen.size >= total) {
    const isKept = keeps.test()
    counters.deleted = await missingRecords(job, (id) => seen.has(id) || isKept(id))
  }
  return {
    entity: key.entity,
    status: counters.failed > 0 ? 'partial' : 'success',
    type: 'full',
    counters,
    chain: counters,
    notes,
  }
}

async function missingRecords<Tx>(
  { settings, key }: Pick<EntityJob<Tx>, 'settings' | 'key'>,
  stays: (id: string) => boolean,
): Promise<number> {
  let missing = 0
  let after: string | undefined
  for (;;) {
    const page = await settings.store.records.list(key, { after, limit: 500 })
    missing += page.filter((record) => !stays(record.id)).length
    after = page.at(-1)?.id
    if (after === undefined) return missing
  }
}
