/** Invoices, payments and what else stands in the books. */
export * as accounting from './accounting/index.ts'
export type { Account, Customer, Invoice, Payment, Transaction } from './accounting/index.ts'
/** Channels and what is said in them. */
export * as communication from './communication/index.ts'
export type { Channel, CommunicationFile, CommunicationUser, Message } from './communication/index.ts'
/** People and how an employer organizes them. */
export * as hris from './hris/index.ts'
export type { Department, Employee, Leave, Payroll, Position } from './hris/index.ts'
export * from './iso-date.ts'
export * from './json.ts'
export * from './money.ts'
