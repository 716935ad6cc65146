import { quickbooks } from '@unioneyes/adapter-quickbooks'
import { sandboxClient, sandboxRealmId, transactionTypes } from '@unioneyes/adapter-quickbooks/sandbox'
import type { ObjectType, QuickbooksActions, QuickbooksSandboxOptions } from '@unioneyes/adapter-quickbooks/sandbox'
import type { Provider } from '../provider.ts'

const options: QuickbooksSandboxOptions = {
  invoices: 600,
  payments: 400,
  customers: 250,
  accounts: 60,
  transactions: 800,
  rateLimit: { requests: 10, perMs: 1000 },
  // Without it the adapter waits a minute, should the limit ever be passed.
  retryAfter: true,
}

/** QuickBooks: who owes what, who paid, and what else stands in the books. */
export const quickbooksProvider: Provider<typeof quickbooks, QuickbooksActions> = {
  adapter: quickbooks,
  entities: ['customers', 'invoices', 'payments', 'accounts', 'transactions'],
  shown: ['invoices', 'payments'],
  words(item) {
    switch (item.entity) {
      case 'invoices': {
        const { total, status, dueOn, number, customerName } = item.record
        return [`${total.amount} ${total.currency}`, status, dueOn && `due ${dueOn}`, number, customerName]
      }
      case 'payments': {
        const { amount, status, paidOn, reference, customerName } = item.record
        return [`${amount.amount} ${amount.currency}`, status, paidOn && `on ${paidOn}`, reference, customerName]
      }
      case 'transactions':
        return [item.record.kind, item.record.number, item.record.memo]
      default:
        return [item.record.name, item.record.active ? undefined : 'inactive']
    }
  },
  sandbox: {
    moduleUrl: import.meta.resolve('@unioneyes/adapter-quickbooks/sandbox'),
    exportName: 'quickbooksSandbox',
    options: { ...options },
    oauthClient: sandboxClient,
    silence: { path: `/v3/company/${sandboxRealmId}/query`, after: 20 },
  },
  async connect(sandbox) {
    const { accessToken, refreshToken, expiresAt } = await sandbox.act('issueGrant')
    return {
      credentials: { accessToken, refreshToken, expiresAt },
      settings: { realmId: sandboxRealmId, pageSize: 200 },
    }
  },
  async stir(sandbox, round) {
    const changed = await sandbox.act('changeMany', 'Invoice', round)
    for (const type of ['Customer', 'Account', 'Transfer'] as const) await sandbox.act('changeMany', type, 5)
    const invoices = await sandbox.act('ids', 'Invoice')
    const [paid = '', voided = ''] = invoices.slice(-2 * round)
    await sandbox.act('pay', paid, 2_500)
    await sandbox.act('void', 'Invoice', voided)
    await sandbox.act('deactivate', 'Customer', String(9 + round))
    for (let n = 0; n < 3; n += 1) await sandbox.act('add', 'Invoice')
    const gone = [...invoices.slice(0, 4), ...(await sandbox.act('ids', 'Payment')).slice(0, 2)]
    for (const [n, id] of gone.entries()) await sandbox.act('remove', n < 4 ? 'Invoice' : 'Payment', id)
    await sandbox.act('remove', 'Bill', String((await sandbox.act('ids', 'Bill')).at(-1)))
    const told = `${String(changed.length)} invoices changed, one was paid, one voided, 3 were added; 4 invoices, 2 payments and a bill deleted`
    return { told, removed: gone.length + 1 }
  },
  async truth(sandbox) {
    const truth = await sandbox.act('truth')
    const ofType = (type: ObjectType) => truth[type].map((row) => ({ id: String(row.Id), row }))
    return {
      customers: ofType('Customer'),
      invoices: ofType('Invoice'),
      payments: ofType('Payment'),
      accounts: ofType('Account'),
      transactions: transactionTypes.flatMap((type) =>
        // Two types may have the same numbers.
        truth[type].map((row) => ({ id: `${type}/${String(row.Id)}`, row: { type, row } })),
      ),
    }
  },
}
