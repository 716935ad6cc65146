import { expect, test } from 'vitest'
import { brokenIncrements } from './broken-increments.ts'
import { brokenListings } from './broken-listings.ts'
import { failedChecks } from './gallery.ts'

for (const adapter of [...brokenListings, ...brokenIncrements]) {
  test(`${adapter.hazard}: an adapter that ${adapter.name} fails this check and no other`, async () => {
    const failed = await failedChecks(adapter)
    expect([...failed.keys()], [...failed.values()].join('\n')).toEqual([adapter.hazard])
  })
}
