import { createSandboxClock } from '@unioneyes/testkit'
import type { SandboxClock } from '@unioneyes/testkit'
import { accountRow } from './account-rows.ts'
import type { NextFault } from './answers.ts'
import type { Books, RowMaker } from './books.ts'
import { homeCurrencies } from './books.ts'
import { toMoment, wholeSecond } from './moments.ts'
import { customerRow } from './name-rows.ts'
import { transactionTypes } from './object-types.ts'
import type { ObjectType } from './object-types.ts'
import { sandboxRealmId } from './options.ts'
import type { QuickbooksSandboxOptions } from './options.ts'
import {
  billPaymentRow,
  billRow,
  depositRow,
  journalEntryRow,
  purchaseRow,
  transferRow,
  vendorCreditRow,
} from './other-rows.ts'
import { hashText } from './random.ts'
import { creditMemoRow, invoiceRow, paymentRow, refundReceiptRow, salesReceiptRow } from './sale-rows.ts'
import { createTable } from './table.ts'
import type { Table } from './table.ts'
import type { Row } from './wire-values.ts'

/** One imitated company. */
export interface Realm {
  readonly realmId: string
  readonly tables: Readonly<Record<ObjectType, Table>>
  /** Finance.xsd: CompanyInfo. */
  info(): Row
  changeInfo(patch: Row): void
}

/** The companies of one sandbox, and what is about to happen to requests. */
export interface Provider extends SandboxClock {
  readonly options: QuickbooksSandboxOptions
  readonly realms: ReadonlyMap<string, Realm>
  /** @throws Error when there is no such company. @param realmId the first one when left out */
  realm(realmId?: string): Realm
  /** Refusals for the requests to come. */
  readonly nextFaults: NextFault[]
  /** Requests that are being answered. */
  inFlight: number
}

/** Opens the companies. */
export function createProvider(options: QuickbooksSandboxOptions): Provider {
  const clock = createSandboxClock(options)
  const realmIds = options.realms ?? [sandboxRealmId]
  const realms = new Map(realmIds.map((realmId) => [realmId, createRealm(realmId, options, clock.now)]))
  return {
    ...clock,
    options,
    realms,
    realm(realmId = realmIds[0] ?? '') {
      const realm = realms.get(realmId)
      if (!realm) throw new Error(`The sandbox has no company ${realmId}.`)
      return realm
    },
    nextFaults: [],
    inFlight: 0,
  }
}

const makers: Readonly<Record<ObjectType, RowMaker>> = {
  Invoice: invoiceRow,
  Payment: paymentRow,
  Customer: customerRow,
  Account: accountRow,
  JournalEntry: journalEntryRow,
  Purchase: purchaseRow,
  Deposit: depositRow,
  Transfer: transferRow,
  SalesReceipt: salesReceiptRow,
  RefundReceipt: refundReceiptRow,
  CreditMemo: creditMemoRow,
  Bill: billRow,
  BillPayment: billPaymentRow,
  VendorCredit: vendorCreditRow,
}

const DAY_MS = 86_400_000

function createRealm(realmId: string, options: QuickbooksSandboxOptions, now: () => number): Realm {
  const books: Books = {
    seed: (options.seed ?? 1) ^ hashText(realmId),
    counts: countsOf(options),
    home: homeCurrencies[options.homeCurrency ?? 'CAD'],
    multiCurrency: options.multiCurrency ?? true,
    longAmounts: options.longAmounts ?? false,
  }
  const openedAt = now()
  const shared = {
    books,
    now,
    until: openedAt - (options.quietHours ?? 24) * 3_600_000,
    historyMs: (options.historyDays ?? 400) * DAY_MS,
    sameSecond: Math.max(1, options.sameSecond ?? 3),
  }
  const table = (type: ObjectType): Table => createTable({ type, make: makers[type], ...shared })
  let info = infoRow(realmId, books, openedAt - DAY_MS)
  let version = 0
  return {
    realmId,
    tables: everyType(table),
    info: () => info,
    changeInfo(patch) {
      version += 1
      const MetaData = { CreateTime: toMoment(0), LastUpdatedTime: toMoment(wholeSecond(now())) }
      info = { ...info, SyncToken: String(version), MetaData, ...patch }
    },
  }
}

/** One value for each type. */
export function everyType<T>(make: (type: ObjectType) => T): Record<ObjectType, T> {
  return {
    Invoice: make('Invoice'),
    Payment: make('Payment'),
    Customer: make('Customer'),
    Account: make('Account'),
    JournalEntry: make('JournalEntry'),
    Purchase: make('Purchase'),
    Deposit: make('Deposit'),
    Transfer: make('Transfer'),
    SalesReceipt: make('SalesReceipt'),
    RefundReceipt: make('RefundReceipt'),
    CreditMemo: make('CreditMemo'),
    Bill: make('Bill'),
    BillPayment: make('BillPayment'),
    VendorCredit: make('VendorCredit'),
  }
}

function countsOf(options: QuickbooksSandboxOptions): Record<ObjectType, number> {
  const { transactions = 40 } = options
  const kinds = transactionTypes.length
  const counts = new Map<string, number>([
    ['Invoice', options.invoices ?? 40],
    ['Payment', options.payments ?? 25],
    ['Customer', options.customers ?? 20],
    ['Account', options.accounts ?? 20],
    ...transactionTypes.map((type, at): [string, number] => [
      type,
      typeof transactions === 'number'
        ? Math.floor((transactions + kinds - 1 - at) / kinds)
        : (transactions[type] ?? 0),
    ]),
  ])
  return everyType((type) => counts.get(type) ?? 0)
}

function infoRow(realmId: string, { home }: Books, at: number): Row {
  const address = {
    Id: '1',
    Line1: '12 rue Saint-Denis',
    City: 'Montréal',
    CountrySubDivisionCode: 'QC',
    PostalCode: 'H2X 1Y4',
  }
  return {
    CompanyName: `Fédération Nº ${realmId.slice(-4)} 🍁`,
    LegalName: `Fédération Nº ${realmId.slice(-4)} inc.`,
    CompanyAddr: address,
    LegalAddr: address,
    CompanyStartDate: '2014-11-09',
    FiscalYearStartMonth: 'January',
    Country: home.code === 'CAD' ? 'CA' : 'US',
    Email: { Address: 'books@union.example' },
    SupportedLanguages: 'en',
    domain: 'QBO',
    sparse: false,
    Id: '1',
    SyncToken: '0',
    MetaData: { CreateTime: toMoment(0), LastUpdatedTime: toMoment(wholeSecond(at)) },
  }
}
