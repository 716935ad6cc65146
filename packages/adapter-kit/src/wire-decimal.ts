import { z } from 'zod'

/**
 * A decimal number in a wire schema: a number, a big integer, or text that holds one; read as decimal text without an exponent.
 * A number keeps every digit that JSON text had: those that a double cannot hold arrive as text (see `parseJsonText`).
 */
export function wireDecimal() {
  // Not a union, which would try one type after the other: documents of money are full of these.
  return z.unknown().transform((value, context) => {
    const decimal = toDecimal(value)
    if (decimal !== undefined) return decimal
    context.addIssue({ code: 'custom', message: 'expected a decimal number' })
    return z.NEVER
  })
}

/** A number as decimal text, or undefined when the value is none. */
export function toDecimal(value: unknown): string | undefined {
  if (typeof value === 'bigint') return value.toString()
  // A double's own text is the shortest that stands for it, so of up to 15 digits all are those that were sent.
  if (typeof value === 'number') return Number.isFinite(value) ? plain(String(value)) : undefined
  return typeof value === 'string' ? plain(value.trim()) : undefined
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/i

function plain(text: string): string | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = ''] = DECIMAL.exec(text) ?? []
  if (whole === '') return undefined
  if (exponent === '') return text
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  const padded = digits.padEnd(point, '0').padStart(digits.length + Math.max(0, 1 - point), '0')
  const at = Math.max(1, point)
  const rest = padded.slice(at)
  return sign + padded.slice(0, at).replace(/^0+(?=\d)/, '') + (rest === '' ? '' : `.${rest}`)
}
