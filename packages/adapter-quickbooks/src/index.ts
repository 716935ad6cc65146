import { defineAdapter } from '@unioneyes/adapter-kit'
import { IntegrationType } from '@unioneyes/core'
import manifest from '../package.json' with { type: 'json' }
import { api } from './api.ts'
import { accounts, customers, invoices, payments, transactions } from './entities.ts'
import { webhooks } from './webhooks.ts'

export { accounts, api, customers, invoices, payments, transactions, webhooks }

const remark = { scopes: ['com.intuit.quickbooks.accounting'], evidence: 'sandbox' } as const

/** QuickBooks Online: a company's invoices, payments, customers, accounts and other transactions. */
export const quickbooks = defineAdapter({
  provider: 'quickbooks',
  name: 'QuickBooks Online',
  description: 'Invoices, payments, customers, accounts and the other transactions of a company.',
  type: IntegrationType.ACCOUNTING,
  version: manifest.version,
  documentationUrl: 'https://developer.intuit.com/app/developer/qbo/docs/develop',
  api,
  entities: { invoices, payments, customers, accounts, transactions },
  remarks: {
    invoices: {
      ...remark,
      note: "A voided invoice stays, with `status: 'void'`. A payment brings the next sync forward.",
    },
    payments: remark,
    customers: {
      ...remark,
      note: 'Inactive ones stay, with `active: false`. A balance alone may wait for a full sync.',
    },
    accounts: {
      ...remark,
      note: 'Inactive ones stay, with `active: false`. A balance alone may wait for a full sync.',
    },
    transactions: {
      ...remark,
      note: 'Journal entries, purchases, deposits, transfers, sales and refund receipts, credit memos, bills, bill payments and vendor credits.',
    },
  },
  webhooks,
})
