import type { EntityRecord } from '@unioneyes/core'
import { expect, onTestFinished } from 'vitest'
import type { ObjectType, QuickbooksSandboxOptions } from '../src/sandbox.ts'
import { expectedRecords } from './expected-records.ts'
import { connect, harvest, openSandbox } from './live.ts'
import type { ConnectOptions, EntityName, Sandbox } from './live.ts'

/** A company of a few objects of each type. */
export const small = { invoices: 4, payments: 4, customers: 4, accounts: 4, transactions: 10 } as const

/** A sandbox that is closed with the test. */
export async function open(options: QuickbooksSandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await openSandbox(options)
  onTestFinished(() => sandbox.close())
  return sandbox
}

/** One object as it comes over. */
export interface Arrived {
  readonly record: EntityRecord | undefined
  /** What is wrong with it. */
  readonly issues: readonly string[] | undefined
}

/** How an object comes over that was added with some fields of its own. */
export async function added(
  entity: EntityName,
  type: ObjectType,
  patch: Readonly<Record<string, unknown>>,
  settings: ConnectOptions['settings'] = {},
): Promise<Arrived> {
  const sandbox = await open({ ...small, multiCurrency: false })
  const number = sandbox.actions.add(type, patch)
  const id = entity === 'transactions' ? `${type}/${number}` : number
  const { records, invalid } = await harvest(await connect(sandbox, { settings }), entity)
  // Whatever is wrong with it is wrong with it alone.
  expect(records.size + invalid.length).toBe(expectedRecords(sandbox.actions.truth(), entity).size)
  expect(invalid.length).toBeLessThanOrEqual(1)
  return { record: records.get(id), issues: invalid.find((row) => row.id === id)?.issues }
}
