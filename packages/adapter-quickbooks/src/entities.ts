import { accounting } from '@unioneyes/models'
import { accountRow, toAccount } from './account-row.ts'
import { api } from './api.ts'
import { customerRow, toCustomer } from './customer-row.ts'
import { invoiceRow, toInvoice } from './invoice-row.ts'
import { objectsOf, objectsOfTypes } from './objects.ts'
import { paymentRow, toPayment } from './payment-row.ts'
import { toTransaction, transactionRow } from './transaction-row.ts'
import { transactionTypes } from './transaction-types.ts'

/** What customers were asked to pay for. */
export const invoices = api.entity(accounting.invoice).list({
  ...objectsOf('Invoice'),
  wire: invoiceRow,
  map: (row, { settings }) => toInvoice(row, settings),
})

/** What customers paid. */
export const payments = api.entity(accounting.payment).list({
  ...objectsOf('Payment'),
  wire: paymentRow,
  map: (row, { settings }) => toPayment(row, settings),
})

/** Who buys, inactive ones included. */
export const customers = api.entity(accounting.customer).list({
  ...objectsOf('Customer'),
  wire: customerRow,
  map: (row, { settings }) => toCustomer(row, settings),
})

/** The chart of accounts, inactive ones included. */
export const accounts = api.entity(accounting.account).list({
  ...objectsOf('Account'),
  wire: accountRow,
  map: (row, { settings }) => toAccount(row, settings),
})

/** What else stands in the books. */
export const transactions = api.entity(accounting.transaction).list({
  ...objectsOfTypes(transactionTypes),
  wire: transactionRow,
  map: (tagged, { settings }) => toTransaction(tagged, settings),
})
