import { objectTypes, transactionTypes } from '@unioneyes/adapter-quickbooks/sandbox'
import type { ObjectType, QuickbooksActions } from '@unioneyes/adapter-quickbooks/sandbox'
import { expect, test } from 'vitest'
import { HOME, expectedRecords, typesOf } from '../../packages/adapter-quickbooks/test/expected-records.ts'
import { openQuickbooks } from './companies.ts'
import { drawsOf, killSeed } from './draws.ts'
import { LargeCopy } from './large-copy.ts'

const entities = ['invoices', 'payments', 'customers', 'accounts', 'transactions'] as const

const company = {
  ...{ invoices: 20_000, payments: 8_000, customers: 4_000, accounts: 500, transactions: 17_600 },
  // As after an import: among rows of one second there are only positions, which move when one of them goes.
  sameSecond: 2_500,
  // A name that was merged into another is not among the changes: only a full sync finds that it is gone.
  mergedInChanges: 'absent',
} as const

// Ten requests a second are no hindrance, and a lookback of five minutes is over in five seconds.
const time = { startedAt: Date.now(), speed: 60 }

const draw = drawsOf(killSeed)

/**
 * Processes killed one after the other while a company of 50,000 objects changes. What its changes do not tell is the merging
 * of names; everything else the copy must have after an incremental sync.
 */
test(`QuickBooks is copied by processes that are killed (KILL_SEED=${String(killSeed)})`, async () => {
  const { sandbox, ...opened } = await openQuickbooks({ pageSize: 1000, entities, time, gatherMs: 250 }, company)
  const { actions } = sandbox
  const copy = new LargeCopy(
    { sandbox, ...opened },
    {
      exists: (entity, id) => exists(actions, entity, id),
      expected: () => {
        const truth = actions.truth()
        return Object.fromEntries(entities.map((entity) => [entity, expectedRecords(truth, entity, HOME)]))
      },
    },
  )
  try {
    await copyEverything(copy, actions)
    await followChanges(copy, actions)
    await findWhatIsGone(copy, actions)
    expect(await copy.count()).toBeGreaterThan(49_000)
  } finally {
    await opened.close()
  }
}, 300_000)

async function copyEverything(copy: LargeCopy, actions: QuickbooksActions): Promise<void> {
  const moments = [
    { at: / from /, nth: 1 + draw(5) },
    { at: / from Payment /, nth: 2 + draw(3) },
    { at: / from Invoice /, nth: 3 + draw(4) },
    { at: / from RefundReceipt /, nth: 1 + draw(2) },
    // Of the last type.
    { at: / from VendorCredit /, nth: 1 + draw(2) },
  ]
  for (const moment of moments) {
    const meanwhile = { nth: 1 + draw(8), happen: () => stir(actions, 5) }
    await copy.die({ type: 'full', ...moment, afterMs: draw(20), meanwhile })
    stir(actions, 40)
  }
  await copy.liveWell('full')
}

async function followChanges(copy: LargeCopy, actions: QuickbooksActions): Promise<void> {
  // More invoices than an answer about changes can hold, which then are listed; and transactions, which then are asked for by type.
  actions.changeMany('Invoice', 6)
  for (const type of transactionTypes) actions.changeMany(type, 8)
  actions.changeMany('Customer', 5)
  const moments = [
    { at: /\/cdc\?/, nth: 1 + draw(3) },
    { at: /\/cdc\?entities=SalesReceipt&/ },
    { at: / from Invoice /, nth: 3 + draw(6) },
  ]
  for (const moment of moments) {
    const meanwhile = { nth: 1 + draw(4), happen: () => stir(actions, 5) }
    await copy.die({ type: 'incremental', ...moment, afterMs: draw(20), meanwhile })
    stir(actions, 20)
  }
  // It goes on with what the dead left; the next one is undisturbed.
  await copy.liveWell('incremental')
  await copy.liveWell('incremental')
  await copy.expectTruth()
}

async function findWhatIsGone(copy: LargeCopy, actions: QuickbooksActions): Promise<void> {
  for (const type of ['Customer', 'Account'] as const) {
    const ids = actions.ids(type)
    for (let n = 0; n < 10; n += 1) actions.merge(type, ids[n] ?? '', ids[20 + n * 2 + draw(2)] ?? '')
  }
  // A sweep of more than one transaction.
  const invoices = actions.ids('Invoice')
  for (let n = 0; n < 700; n += 1) actions.remove('Invoice', invoices[n * 20 + draw(20)] ?? '')
  await copy.die({ type: 'full', at: / from Invoice /, nth: 5 + draw(10), afterMs: draw(20) })
  stir(actions, 20)
  await copy.die({ type: 'full', dieAt: { call: 'pages.sweep', index: draw(2), phase: 'after' } })
  stir(actions, 20)
  // It goes on with what the dead left; the next one is undisturbed.
  await copy.liveWell('full')
  await copy.liveWell('full')
  await copy.expectTruth()
  await copy.expectTold()
}

/** Things happen at the company, some of them within one second. */
function stir(actions: QuickbooksActions, times: number): void {
  actions.advance(3_600_000)
  for (let n = 0; n < times; n += 1) {
    actions.advance(draw(3) * 500)
    const type = draw.from(objectTypes)
    const id = draw.from(actions.ids(type))
    const deed = draw(5)
    if (deed === 0) actions.add(type)
    else if (deed === 1 && type === 'Invoice' && Number(actions.object(type, id)?.Balance) > 1) actions.pay(id, 100)
    else if (type === 'Customer' || type === 'Account') {
      if (deed === 2) actions.deactivate(type, id)
      else actions.change(type, id, { CurrencyRef: { value: draw.from(['CAD', 'USD']) } })
    } else if (deed === 2) actions.void(type, id)
    else if (deed === 3) actions.remove(type, id)
    else actions.change(type, id, { PrivateNote: `Note ${String(draw(1000))}` })
  }
}

function exists(actions: QuickbooksActions, entity: string, id: string): boolean {
  const [name] = entities.filter((one) => one === entity)
  const types: readonly ObjectType[] = name === undefined ? [] : typesOf[name]
  if (types.length === 1 && types[0]) return actions.object(types[0], id) !== undefined
  const type = types.find((one) => id.startsWith(`${one}/`))
  return type !== undefined && actions.object(type, id.slice(type.length + 1)) !== undefined
}
