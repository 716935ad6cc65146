/** A caller's limit as SQLite understands it: a negative LIMIT would mean no limit at all. */
export function rowLimit(limit: number | undefined, otherwise: number): number {
  return Math.min(Math.max(Math.trunc(limit ?? otherwise), 0), Number.MAX_SAFE_INTEGER)
}
