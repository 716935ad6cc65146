/** What the fact sheet counts as transactions, beside invoices and payments. Each type has ids of its own. */
export const transactionTypes = [
  'JournalEntry',
  'Purchase',
  'Deposit',
  'Transfer',
  'SalesReceipt',
  'RefundReceipt',
  'CreditMemo',
  'Bill',
  'BillPayment',
  'VendorCredit',
] as const

/** Every type of object that an imitated company has. */
export const objectTypes = ['Invoice', 'Payment', 'Customer', 'Account', ...transactionTypes] as const

/** A type of object, as the vendor writes it. */
export type ObjectType = (typeof objectTypes)[number]

const known: ReadonlySet<string> = new Set(objectTypes)

/** Whether a company has objects of that type. Names are case-sensitive (sheet: Reading: query endpoint). */
export const isObjectType = (name: string): name is ObjectType => known.has(name)

/** Whether objects of a type are names, which become inactive instead of being deleted (sheet: Deletes and voids). */
export const isNameList = (type: string): boolean => type === 'Customer' || type === 'Account'

/** How values of a property are compared. */
export type PropertyKind = 'id' | 'moment' | 'day' | 'text' | 'number' | 'boolean' | 'reference'

const common = {
  Id: 'id',
  SyncToken: 'number',
  'MetaData.CreateTime': 'moment',
  'MetaData.LastUpdatedTime': 'moment',
} as const
// IntuitBaseTypes.xsd and Finance.xsd: Transaction.
const transaction = {
  ...common,
  DocNumber: 'text',
  TxnDate: 'day',
  PrivateNote: 'text',
  CurrencyRef: 'reference',
} as const
// Finance.xsd: SalesTransaction.
const sale = {
  ...transaction,
  CustomerRef: 'reference',
  TotalAmt: 'number',
  Balance: 'number',
  DueDate: 'day',
  EmailStatus: 'text',
} as const
const purchase = { ...transaction, VendorRef: 'reference', TotalAmt: 'number' } as const

/** What can be asked for in a query, by type: the simple elements of the type in the vendor's schema. */
export const queryProperties: Readonly<Record<ObjectType | 'CompanyInfo', Readonly<Record<string, PropertyKind>>>> = {
  Invoice: sale,
  Payment: {
    ...transaction,
    CustomerRef: 'reference',
    TotalAmt: 'number',
    UnappliedAmt: 'number',
    PaymentRefNum: 'text',
  },
  Customer: {
    ...common,
    Active: 'boolean',
    DisplayName: 'text',
    FullyQualifiedName: 'text',
    CompanyName: 'text',
    GivenName: 'text',
    FamilyName: 'text',
    Balance: 'number',
    Job: 'boolean',
    ParentRef: 'reference',
  },
  Account: {
    ...common,
    Active: 'boolean',
    Name: 'text',
    FullyQualifiedName: 'text',
    AcctNum: 'text',
    AccountType: 'text',
    AccountSubType: 'text',
    Classification: 'text',
    SubAccount: 'boolean',
    CurrentBalance: 'number',
  },
  JournalEntry: { ...transaction, Adjustment: 'boolean', TotalAmt: 'number' },
  Purchase: { ...transaction, AccountRef: 'reference', PaymentType: 'text', TotalAmt: 'number' },
  Deposit: { ...transaction, DepositToAccountRef: 'reference', TotalAmt: 'number' },
  Transfer: { ...transaction, FromAccountRef: 'reference', ToAccountRef: 'reference', Amount: 'number' },
  SalesReceipt: sale,
  RefundReceipt: sale,
  CreditMemo: { ...sale, RemainingCredit: 'number' },
  Bill: { ...purchase, Balance: 'number', DueDate: 'day' },
  BillPayment: { ...purchase, PayType: 'text' },
  VendorCredit: purchase,
  CompanyInfo: { ...common, CompanyName: 'text', LegalName: 'text', Country: 'text' },
}
