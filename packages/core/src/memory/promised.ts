/** Does something at once and gives its result as a promise; a throw becomes a rejection, as callers of a port expect. */
export function promised<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work())
  })
}
