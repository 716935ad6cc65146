/** What a mapping throws for a row of which it cannot make a record. */
export class UnfitRow extends Error {}

/**
 * For a mapping to throw when a row fits its wire schema and still makes no record: the row is quarantined with this reason. The
 * reason is kept and shown, so it must hold nothing of the row.
 */
export function unfit(reason: string): Error {
  return new UnfitRow(reason)
}
