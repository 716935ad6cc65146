/**
 * Orders ids by code point, which is the order of their UTF-8 bytes and so that of SQL stores; plain `<` compares UTF-16
 * units and puts emoji before some letters.
 */
export function compareIds(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index))
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

// Surrogates (D800 to DFFF) stand for code points above all that fit one unit.
function rank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** The index of the first of the sorted ids that stands after this one. */
export function indexAfter(sorted: readonly string[], id: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareIds(sorted[middle] ?? '', id) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
