import { memoryStore } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { storeChecks } from '../src/store-checks/store-checks.ts'

const checks = storeChecks(({ clock }) => memoryStore({ clock }))

for (const check of checks) test(check.name, check.run)

test('every check has a name of its own', () => {
  expect(new Set(checks.map((check) => check.name)).size).toBe(checks.length)
})

test('without a controlled clock, only the checks that move the time are left out', async () => {
  const unmoved = storeChecks(() => memoryStore(), { controlledClock: false })
  expect(unmoved.length).toBeLessThan(checks.length)
  expect(unmoved.length).toBeGreaterThan(checks.length * 0.8)
  for (const check of unmoved) await check.run()
})
