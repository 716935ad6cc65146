/** Draws for what an imitated provider holds: the same for the same seed. */
export interface Random {
  /** A whole number from 0 up to and without the limit. */
  below(limit: number): number
  chance(probability: number): boolean
  /** @throws Error when the pool is empty */
  pick<T>(pool: readonly T[]): T
}

/**
 * Draws on top of a generator. Each sandbox brings its own, so that what a seed stands for there stays as it is.
 * @param next a fraction from 0 up to and without 1
 */
export function randomFrom(next: () => number): Random {
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    below,
    chance: (probability) => next() < probability,
    pick(pool) {
      const picked = pool[below(pool.length)]
      if (picked === undefined) throw new Error('A pool of the sandbox is empty.')
      return picked
    },
  }
}
