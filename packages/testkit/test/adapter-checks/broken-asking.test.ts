import { expect, test } from 'vitest'
import { brokenRows } from './broken-rows.ts'
import { brokenRequests } from './broken-requests.ts'
import { brokenDeliveries } from './broken-webhooks.ts'
import { failedChecks } from './gallery.ts'

for (const adapter of [...brokenRequests, ...brokenRows, ...brokenDeliveries]) {
  test(`${adapter.hazard}: an adapter that ${adapter.name} fails this check and no other`, async () => {
    const failed = await failedChecks(adapter)
    expect([...failed.keys()], [...failed.values()].join('\n')).toEqual([adapter.hazard])
  })
}
