// Run as a process of its own: commits pages to one entity of the store given as argument, saying so after each.
import { sqliteStore } from '../src/index.ts'
import { commit, listing, people, record } from './writes.ts'

const [path = '', entity = '', pages = '0', rows = '0'] = process.argv.slice(2)
const store = sqliteStore({ path })
await store.migrate()
const key = { ...people, entity }
const lease = await store.leases.acquire(key, { runId: `run of ${entity}`, ttlMs: 60_000 })
if ('heldBy' in lease) throw new Error(`the lease is held by ${lease.heldBy}`)
for (let page = 0; page < Number(pages); page++) {
  const upserts = Array.from({ length: Number(rows) }, (_, row) => record(`${entity} ${String(page)}.${String(row)}`))
  await store.pages.commitPage(commit({ key, lease, upserts, listing: listing({ pageToken: page }) }))
  process.stdout.write(`${String(page)}\n`)
}
await store.close()
