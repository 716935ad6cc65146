import { randomFrom } from '@unioneyes/testkit'
import type { Random } from '@unioneyes/testkit'

/** Draws for one row of a kind. @param stream tells kinds of rows apart, so that row 5 of one is not row 5 of another */
export function createRandom(seed: number, stream: number, index: number): Random {
  let state = Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77) ^ Math.imul(index + 1, 0xc2b2ae3d)
  return randomFrom(() => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  })
}

/** A number from a text, for seeds. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash >>> 0
}
