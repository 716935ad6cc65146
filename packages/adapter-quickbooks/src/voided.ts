import { isZero } from './decimals.ts'

/** Whether QuickBooks voided a transaction: it keeps the row, writes "Voided" into the private note and leaves no amount. */
export function isVoided(note: string | null | undefined, amounts: readonly (string | null | undefined)[]): boolean {
  return note?.startsWith('Voided') === true && amounts.every((amount) => typeof amount !== 'string' || isZero(amount))
}
