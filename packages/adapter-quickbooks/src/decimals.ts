/** Whether decimal text is zero. */
export const isZero = (decimal: string): boolean => /^-?0+(?:\.0+)?$/.test(decimal)

/** Compares decimal texts exactly: negative where the first one is less, zero where they are the same number. */
export function compareDecimals(left: string, right: string): number {
  const places = Math.max(fractionOf(left).length, fractionOf(right).length)
  const difference = scaled(left, places) - scaled(right, places)
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}

const fractionOf = (decimal: string): string => decimal.split('.')[1] ?? ''

/** A decimal times ten to the power of `places`, which leaves no fraction. */
const scaled = (decimal: string, places: number): bigint =>
  BigInt(decimal.replace('.', '') + '0'.repeat(places - fractionOf(decimal).length))
