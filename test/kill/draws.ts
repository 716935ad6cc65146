import fc from 'fast-check'

/** KILL_SEED=… repeats a failure, as far as processes can repeat anything. */
export const killSeed = Number(process.env.KILL_SEED ?? Date.now() % 2 ** 31)

/** The next number below `below`, or one of a list. */
export interface Draw {
  (below: number): number
  from<T>(list: readonly T[]): T
}

/** Draws that are the same for the same seed. */
export function drawsOf(seed: number): Draw {
  const numbers = fc.sample(fc.noBias(fc.nat()), { seed, numRuns: 5_000 })
  let drawn = 0
  const draw = (below: number): number => (numbers[drawn++ % numbers.length] ?? 0) % Math.max(1, below)
  return Object.assign(draw, {
    from<T>(list: readonly T[]): T {
      const found = list[draw(list.length)]
      if (found === undefined) throw new Error('There is nothing to draw from.')
      return found
    },
  })
}
