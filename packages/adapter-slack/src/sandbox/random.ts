import { randomFrom } from '@unioneyes/testkit'
import type { Random } from '@unioneyes/testkit'

/** Draws for the n-th thing of a seed. */
export function createRandom(seed: number, n: number): Random {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca77)) | 0
  return randomFrom(() => {
    state = (state + 0x61c88647) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x7feb352d)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  })
}

/** A seed made of several numbers. */
export function mixSeed(...parts: readonly number[]): number {
  return parts.reduce((seed, part) => Math.imul(seed ^ (part + 0x165667b1), 0x27d4eb2f) ^ (seed >>> 13), 0x2545f491)
}
