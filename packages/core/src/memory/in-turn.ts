/**
 * Runs work under a name when all earlier work under the same name has settled. Work that waits for later work under its
 * own name waits for ever.
 */
export async function inTurn<T>(
  turns: Map<string, Promise<unknown>>,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const turn = (turns.get(name) ?? Promise.resolve()).then(work)
  const settled = turn.catch(() => undefined)
  turns.set(name, settled)
  try {
    return await turn
  } finally {
    if (turns.get(name) === settled) turns.delete(name)
  }
}
