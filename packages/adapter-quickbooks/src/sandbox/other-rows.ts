import type { Random } from '@unioneyes/testkit'
import { accountRef, accounts } from './account-rows.ts'
import { currencyFields, homeField, placeOf, streams } from './books.ts'
import type { Books, RowMaker } from './books.ts'
import { toDay } from './moments.ts'
import { customerRef } from './name-rows.ts'
import { createRandom } from './random.ts'
import { paymentFigures } from './sale-links.ts'
import { money, ref } from './wire-values.ts'
import type { Row } from './wire-values.ts'
import { firmNames, itemNames, lineTexts, privateNotes } from './words.ts'

const DAY_MS = 86_400_000

const vendorRef = (drawn: number): Row => ref(501 + (drawn % firmNames.length), firmNames[drawn % firmNames.length])

// Finance.xsd: Transaction.
function transactionFields(books: Books, random: Random, at: number, docNumber: string): Row {
  return {
    ...(random.chance(0.8) && { DocNumber: docNumber }),
    TxnDate: toDay(at - random.below(5) * DAY_MS),
    ...currencyFields(books, books.home),
    ...(random.chance(0.2) && { PrivateNote: random.pick(privateNotes) }),
  }
}

/** Finance.xsd: JournalEntry with JournalEntryLineDetail; sheet: Entities. Its lines stand with positive amounts on two sides. */
export const journalEntryRow: RowMaker = (books, index, at) => {
  const random = createRandom(books.seed, streams.journalEntry, index)
  const amounts = Array.from({ length: 1 + random.below(2) }, () => 100 + random.below(900_000))
  const total = amounts.reduce((sum, cents) => sum + cents, 0)
  const lines = [...amounts.map((cents) => ['Debit', cents] as const), ['Credit', total] as const]
  return {
    Adjustment: random.chance(0.1),
    ...transactionFields(books, random, at, `JE-${String(index + 1)}`),
    Line: lines.map(([PostingType, cents], line) => ({
      Id: String(line),
      ...(random.chance(0.6) && { Description: random.pick(lineTexts) }),
      Amount: money(cents),
      DetailType: 'JournalEntryLineDetail',
      JournalEntryLineDetail: {
        PostingType,
        ...(random.chance(0.2) && {
          Entity: {
            Type: 'Customer',
            EntityRef: customerRef(books, placeOf(books, 'Customer', random.below(1 << 30))),
          },
        }),
        AccountRef: accountRef(books, random.below(1 << 30)),
        ...(random.chance(0.1) && { ClassRef: ref(7_001, 'Local 12 – hôtellerie') }),
        ...(random.chance(0.1) && { DepartmentRef: ref(801, 'Québec') }),
      },
    })),
    TxnTaxDetail: {},
    ...(random.chance(0.5) && { TotalAmt: money(total), ...homeField(books, 'HomeTotalAmt', total, books.home) }),
  }
}

interface Expense {
  readonly lines: readonly Row[]
  readonly total: number
}

// Finance.xsd: AccountBasedExpenseLineDetail, ItemBasedExpenseLineDetail.
function drawExpense(books: Books, random: Random): Expense {
  let total = 0
  const lines = Array.from({ length: 1 + random.below(2) }, (_, line): Row => {
    const cents = 50 + random.below(400_000)
    total += cents
    const common = {
      Id: String(line + 1),
      ...(random.chance(0.6) && { Description: random.pick(lineTexts) }),
      Amount: money(cents),
    }
    const billing = { BillableStatus: 'NotBillable', TaxCodeRef: ref('NON') }
    if (random.chance(0.7)) {
      const AccountBasedExpenseLineDetail = { AccountRef: accountRef(books, accounts.office), ...billing }
      return { ...common, DetailType: 'AccountBasedExpenseLineDetail', AccountBasedExpenseLineDetail }
    }
    const item = random.below(itemNames.length)
    const ItemBasedExpenseLineDetail = {
      ItemRef: ref(item + 1, itemNames[item]),
      UnitPrice: money(cents),
      Qty: 1,
      ...billing,
    }
    return { ...common, DetailType: 'ItemBasedExpenseLineDetail', ItemBasedExpenseLineDetail }
  })
  return { lines, total }
}

/** Finance.xsd: Purchase; sheet: Entities. */
export const purchaseRow: RowMaker = (books, index, at) => {
  const random = createRandom(books.seed, streams.purchase, index)
  const { lines, total } = drawExpense(books, random)
  const PaymentType = random.pick(['Cash', 'Check', 'CreditCard'])
  const isCard = PaymentType === 'CreditCard'
  const refund = isCard && random.chance(0.2)
  return {
    AccountRef: accountRef(books, isCard ? accounts.card : accounts.checking),
    PaymentType,
    ...(random.chance(0.8) && { EntityRef: { ...vendorRef(random.below(100)), type: 'Vendor' } }),
    // Left out where it is no refund and no card was used.
    ...(isCard && { Credit: refund }),
    TotalAmt: money(total),
    ...(PaymentType === 'Check' && { PrintStatus: 'NeedToPrint' }),
    ...transactionFields(books, random, at, String(3001 + index)),
    Line: lines,
  }
}

/** Finance.xsd: Deposit with DepositLineDetail and CashBackInfo; sheet: Entities. */
export const depositRow: RowMaker = (books, index, at) => {
  const random = createRandom(books.seed, streams.deposit, index)
  const payment = placeOf(books, 'Payment', index)
  const banked = index < books.counts.Deposit && index < books.counts.Payment ? paymentFigures(books, payment).total : 0
  const other = 100 + random.below(300_000)
  const cashBack = random.chance(0.1) ? 50 : 0
  const linked = { TxnId: String(payment + 1), TxnType: 'Payment', TxnLineId: '0' }
  return {
    DepositToAccountRef: accountRef(books, random.chance(0.8) ? accounts.checking : accounts.savings),
    ...(cashBack > 0 && {
      CashBack: { AccountRef: accountRef(books, accounts.savings), Amount: money(cashBack), Memo: 'Petty cash' },
    }),
    TotalAmt: money(banked + other - cashBack),
    ...homeField(books, 'HomeTotalAmt', banked + other - cashBack, books.home),
    ...transactionFields(books, random, at, `D${String(index + 1)}`),
    Line: [
      ...(banked > 0 ? [{ Amount: money(banked), LinkedTxn: [linked] }] : []),
      {
        Id: '1',
        LineNum: 1,
        Description: random.pick(lineTexts),
        Amount: money(other),
        DetailType: 'DepositLineDetail',
        DepositLineDetail: { AccountRef: accountRef(books, accounts.equity), PaymentMethodRef: ref(2) },
      },
    ],
  }
}

/** Finance.xsd: Transfer; sheet: Entities. */
export const transferRow: RowMaker = (books, index, at) => {
  const random = createRandom(books.seed, streams.transfer, index)
  const back = random.chance(0.3)
  return {
    FromAccountRef: accountRef(books, back ? accounts.savings : accounts.checking),
    ToAccountRef: accountRef(books, back ? accounts.checking : accounts.savings),
    Amount: money(100 + random.below(2_000_000)),
    ...transactionFields(books, random, at, `T${String(index + 1)}`),
  }
}

// Bill payment `n` pays bill `n`, wholly or in half.
function billFigures(books: Books, index: number) {
  const random = createRandom(books.seed, streams.bill, index)
  const vendor = random.below(100)
  const half = random.chance(0.3)
  const check = random.chance(0.5)
  const expense = drawExpense(books, random)
  const isPaid = index < books.counts.Bill && index < books.counts.BillPayment
  const paid = half ? Math.ceil(expense.total / 2) : expense.total
  return { vendor, check, ...expense, paid: isPaid ? paid : 0 }
}

/** Finance.xsd: Bill, on PurchaseByVendor. */
export const billRow: RowMaker = (books, index, at) => {
  const { vendor, check, lines, total, paid } = billFigures(books, index)
  const random = createRandom(books.seed, streams.bill + 1000, index)
  const TxnType = check ? 'BillPaymentCheck' : 'BillPaymentCreditCard'
  return {
    SalesTermRef: ref(3),
    DueDate: toDay(at + 30 * DAY_MS),
    Balance: money(total - paid),
    ...homeField(books, 'HomeBalance', total - paid, books.home),
    ...transactionFields(books, random, at, `B-${String(index + 1)}`),
    ...(paid > 0 && { LinkedTxn: [{ TxnId: String(index + 1), TxnType }] }),
    Line: lines,
    VendorRef: vendorRef(vendor),
    APAccountRef: accountRef(books, accounts.payable),
    TotalAmt: money(total),
  }
}

/** Finance.xsd: BillPayment with BillPaymentCheck or BillPaymentCreditCard. */
export const billPaymentRow: RowMaker = (books, index, at) => {
  const { vendor, check, total, paid } = billFigures(books, index)
  const random = createRandom(books.seed, streams.billPayment, index)
  const amount = paid > 0 ? paid : total
  return {
    VendorRef: vendorRef(vendor),
    PayType: check ? 'Check' : 'CreditCard',
    ...(check
      ? { CheckPayment: { BankAccountRef: accountRef(books, accounts.checking), PrintStatus: 'NotSet' } }
      : { CreditCardPayment: { CCAccountRef: accountRef(books, accounts.card) } }),
    TotalAmt: money(amount),
    ...transactionFields(books, random, at, String(index + 1)),
    ...(paid > 0 && { Line: [{ Amount: money(paid), LinkedTxn: [{ TxnId: String(index + 1), TxnType: 'Bill' }] }] }),
  }
}

/** Finance.xsd: VendorCredit, on PurchaseByVendor. */
export const vendorCreditRow: RowMaker = (books, index, at) => {
  const random = createRandom(books.seed, streams.vendorCredit, index)
  const { lines, total } = drawExpense(books, random)
  return {
    ...transactionFields(books, random, at, `VC-${String(index + 1)}`),
    Line: lines,
    VendorRef: vendorRef(random.below(100)),
    APAccountRef: accountRef(books, accounts.payable),
    TotalAmt: money(total),
    Balance: money(total),
  }
}
