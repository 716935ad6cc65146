import type { Row } from './wire-values.ts'

const AMOUNTS: ReadonlySet<string> = new Set([
  'TotalAmt',
  'HomeTotalAmt',
  'Balance',
  'HomeBalance',
  'UnappliedAmt',
  'RemainingCredit',
  'Amount',
])

/** What becomes of a transaction that is voided: it stays, with nothing for every amount, and says so (sheet: Deletes and voids). */
export function voided(row: Row): Row {
  const amounts = Object.keys(row).filter((key) => AMOUNTS.has(key))
  return {
    ...Object.fromEntries(amounts.map((key) => [key, 0])),
    ...(Array.isArray(row.Line) && { Line: row.Line.map(emptied) }),
    ...(row.TxnTaxDetail !== undefined && { TxnTaxDetail: { TotalTax: 0 } }),
    LinkedTxn: undefined,
    PrivateNote: 'Voided',
  }
}

function emptied(line: unknown): Row {
  const fields: Row = { ...(typeof line === 'object' ? line : {}) }
  if (fields.Amount !== undefined) fields.Amount = 0
  delete fields.LinkedTxn
  return fields
}
