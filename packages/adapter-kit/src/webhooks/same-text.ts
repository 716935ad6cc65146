import { timingSafeEqual } from 'node:crypto'

/** Whether two texts are the same, in a time that depends on their length only. */
export function isSameText(given: string, expected: string): boolean {
  const left = Buffer.from(given, 'utf8')
  const right = Buffer.from(expected, 'utf8')
  return left.length === right.length && timingSafeEqual(left, right)
}
