import type { Random } from '@unioneyes/testkit'
import { accountRef, accounts } from './account-rows.ts'
import { currencyFields, homeField, streams } from './books.ts'
import type { Books, RowMaker } from './books.ts'
import { toDay } from './moments.ts'
import { addressOf, customerRef, mailOf } from './name-rows.ts'
import { createRandom } from './random.ts'
import { DISCOUNT_PERCENT, saleFigures, TAX_PERCENT } from './sale-figures.ts'
import type { SaleFigures, SaleLine } from './sale-figures.ts'
import { creditMemoFigures, invoiceFigures, paymentFigures } from './sale-links.ts'
import { money, ref } from './wire-values.ts'
import type { Cents, Row } from './wire-values.ts'
import { itemNames, privateNotes } from './words.ts'

const DAY_MS = 86_400_000

// Finance.xsd: Line with SalesItemLineDetail. What was voided keeps its lines at nothing (sheet: Deletes and voids).
function salesLine(line: SaleLine, number: number, { taxed, voided }: SaleFigures): Row {
  return {
    Id: String(number),
    LineNum: number,
    ...(line.description !== undefined && { Description: line.description }),
    Amount: voided ? 0 : money(line.amount),
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: {
      ItemRef: ref(line.item + 1, itemNames[line.item]),
      ...(line.item === 2 && { ClassRef: ref(7_001, 'Local 12 – hôtellerie') }),
      UnitPrice: voided ? 0 : money(line.unitPrice),
      Qty: line.quantity,
      TaxCodeRef: ref(taxed ? 'TAX' : 'NON'),
    },
  }
}

function saleLines(books: Books, figures: SaleFigures, form: number): Row[] {
  const shown = figures.lines.map((line, at) => salesLine(line, at + 1, figures))
  const lines: Row[] = []
  if (form === 0 && shown.length > 1) {
    // A bundle shows what it holds inside of itself.
    const Amount = figures.voided ? 0 : money(figures.subTotal)
    const GroupLineDetail = { GroupItemRef: ref(99, 'Bundle – forfait'), Quantity: 1, Line: shown }
    lines.push({ Id: '9', LineNum: 1, Amount, DetailType: 'GroupLineDetail', GroupLineDetail })
  } else lines.push(...shown)
  if (form === 1) {
    const LineNum = lines.length + 1
    lines.push({
      Id: String(LineNum),
      LineNum,
      Description: 'Merci ! 🙏 Pay within 30 days',
      DetailType: 'DescriptionOnly',
    })
  }
  lines.push({
    Amount: figures.voided ? 0 : money(figures.subTotal),
    DetailType: 'SubTotalLineDetail',
    SubTotalLineDetail: {},
  })
  if (figures.discount > 0) {
    lines.push({
      Amount: figures.voided ? 0 : money(figures.discount),
      DetailType: 'DiscountLineDetail',
      DiscountLineDetail: {
        PercentBased: true,
        DiscountPercent: DISCOUNT_PERCENT,
        DiscountAccountRef: accountRef(books, accounts.discounts),
      },
    })
  }
  return lines
}

// IntuitBaseTypes.xsd: TxnTaxDetail.
function taxDetail({ taxed, tax, subTotal, discount, voided }: SaleFigures): Row {
  if (!taxed || voided) return { TotalTax: 0 }
  return {
    TxnTaxCodeRef: ref(2),
    TotalTax: money(tax),
    TaxLine: [
      {
        Amount: money(tax),
        DetailType: 'TaxLineDetail',
        TaxLineDetail: {
          TaxRateRef: ref(3),
          PercentBased: true,
          TaxPercent: TAX_PERCENT,
          NetAmountTaxable: money(Number(subTotal) - discount),
        },
      },
    ],
  }
}

interface Sale {
  readonly figures: SaleFigures
  readonly stream: number
  readonly index: number
  readonly at: number
  readonly docNumber: string
  readonly links: readonly Row[]
}

// Finance.xsd: SalesTransaction.
function saleFields(books: Books, { figures, stream, index, at, docNumber, links }: Sale): Row {
  const random = createRandom(books.seed, stream + 1000, index)
  const { customer, currency, voided } = figures
  const total: Cents = voided ? 0 : figures.total
  const note = voided ? 'Voided' : random.chance(0.2) ? random.pick(privateNotes) : undefined
  return {
    ...(random.chance(0.3) && { CustomField: [customField(random)] }),
    ...(random.chance(0.1) && { DepartmentRef: ref(801, 'Québec') }),
    ...(random.chance(0.95) && { DocNumber: docNumber }),
    TxnDate: toDay(at - random.below(5) * DAY_MS),
    ...currencyFields(books, currency),
    ...(note !== undefined && { PrivateNote: note }),
    ...(links.length > 0 && { LinkedTxn: links }),
    Line: saleLines(books, figures, random.below(20)),
    TxnTaxDetail: taxDetail(figures),
    CustomerRef: customerRef(books, customer),
    ...(random.chance(0.5) && { CustomerMemo: { value: 'Thank you for your business – merci beaucoup!' } }),
    ...(random.chance(0.8) && { BillAddr: addressOf(books, customer) }),
    TotalAmt: money(total),
    ...homeField(books, 'HomeTotalAmt', total, currency),
    ApplyTaxAfterDiscount: true,
    PrintStatus: random.pick(['NeedToPrint', 'NotSet', 'PrintComplete']),
    EmailStatus: random.pick(['NotSet', 'EmailSent']),
    ...(random.chance(0.6) && { BillEmail: { Address: mailOf(customer) } }),
  }
}

// IntuitBaseTypes.xsd: CustomField. One that was left empty has no value (recorded, change_data_capture_response.xml).
function customField(random: Random): Row {
  const field = { DefinitionId: '1', Name: 'Crew #', Type: 'StringType' }
  return random.chance(0.2) ? field : { ...field, StringValue: String(100 + random.below(30)) }
}

/** Finance.xsd: Invoice; sheet: Entities. */
export const invoiceRow: RowMaker = (books, index, at) => {
  const figures = invoiceFigures(books, index)
  const { customer, currency, total, voided } = figures
  const payment = index < books.counts.Payment ? paymentFigures(books, index).invoice : undefined
  const links = payment ? [{ TxnId: String(index + 1), TxnType: 'Payment' }] : []
  const balance = voided ? 0 : payment ? Number(total) - payment.applied : total
  const random = createRandom(books.seed, streams.invoice + 2000, index)
  const term = random.pick([15, 30, 60])
  return {
    AllowIPNPayment: false,
    AllowOnlinePayment: false,
    AllowOnlineCreditCardPayment: random.chance(0.3),
    AllowOnlineACHPayment: random.chance(0.3),
    ...saleFields(books, { figures, stream: streams.invoice, index, at, docNumber: String(1001 + index), links }),
    ...(random.chance(0.2) && { ShipAddr: { ...addressOf(books, customer), Id: String(customer * 2 + 3) } }),
    SalesTermRef: ref(3, `Net ${String(term)}`),
    DueDate: toDay(at + term * DAY_MS),
    Balance: money(balance),
    ...homeField(books, 'HomeBalance', balance, currency),
    Deposit: 0,
  }
}

/** Finance.xsd: Payment; sheet: Entities. Its lines are what it was applied to. */
export const paymentRow: RowMaker = (books, index, at) => {
  const { customer, total, unapplied, invoice, voided } = paymentFigures(books, index)
  const { currency } = invoiceFigures(books, index)
  const random = createRandom(books.seed, streams.payment + 1000, index)
  const lines = invoice
    ? [
        appliedLine('Invoice', invoice.index, invoice.applied),
        ...(invoice.memo ? [appliedLine('CreditMemo', invoice.memo.index, invoice.memo.cents)] : []),
      ]
    : []
  return {
    TxnDate: toDay(at - random.below(3) * DAY_MS),
    ...currencyFields(books, currency),
    ...(voided && { PrivateNote: 'Voided' }),
    ...(lines.length > 0 && { Line: lines }),
    CustomerRef: customerRef(books, customer),
    ...(random.chance(0.8) && { DepositToAccountRef: ref(Number(accountRef(books, accounts.undeposited).value)) }),
    ...(random.chance(0.7) && { PaymentMethodRef: ref(1 + random.below(3)) }),
    ...(random.chance(0.3) && { PaymentRefNum: `CHQ ${String(2000 + index)}` }),
    TotalAmt: money(total),
    UnappliedAmt: money(unapplied),
    ProcessPayment: false,
  }
}

function appliedLine(type: string, index: number, cents: number): Row {
  const id = String(index + 1)
  return {
    Amount: money(cents),
    LinkedTxn: [{ TxnId: id, TxnType: type }],
    LineEx: {
      any: [
        {
          name: '{http://schema.intuit.com/finance/v3}NameValue',
          declaredType: 'com.intuit.schema.finance.v3.NameValue',
          scope: 'javax.xml.bind.JAXBElement$GlobalScope',
          value: { Name: 'txnId', Value: id },
          nil: false,
          globalScope: true,
          typeSubstituted: false,
        },
      ],
    },
  }
}

/** Finance.xsd: CreditMemo. */
export const creditMemoRow: RowMaker = (books, index, at) => {
  const { figures, remaining } = creditMemoFigures(books, index)
  const sale = { figures, stream: streams.creditMemo, index, at, docNumber: `CM-${String(index + 1)}`, links: [] }
  return {
    RemainingCredit: money(remaining),
    ...saleFields(books, sale),
    Balance: money(remaining),
    ...homeField(books, 'HomeBalance', remaining, figures.currency),
  }
}

/** Finance.xsd: SalesReceipt. */
export const salesReceiptRow: RowMaker = (books, index, at) => receiptRow(books, 'SalesReceipt', index, at)

/** Finance.xsd: RefundReceipt. */
export const refundReceiptRow: RowMaker = (books, index, at) => receiptRow(books, 'RefundReceipt', index, at)

function receiptRow(books: Books, type: 'SalesReceipt' | 'RefundReceipt', index: number, at: number): Row {
  const stream = type === 'SalesReceipt' ? streams.salesReceipt : streams.refundReceipt
  const figures = saleFigures(books, stream, index, books.counts[type])
  return {
    ...saleFields(books, { figures, stream, index, at, docNumber: String(5001 + index), links: [] }),
    Balance: 0,
    PaymentMethodRef: ref(2, 'Check'),
    PaymentRefNum: String(10_264 + index),
    DepositToAccountRef: accountRef(books, accounts.checking),
  }
}
