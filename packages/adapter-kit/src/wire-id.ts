import { z } from 'zod'

/** An identifier in a wire schema: text, a number or a big integer, read as text. An empty one is refused. */
export function wireId() {
  return z.union([z.string(), z.number(), z.bigint()]).transform((value, context) => {
    const id = toId(value)
    if (id !== undefined) return id
    context.addIssue({ code: 'custom', message: 'expected an identifier' })
    return z.NEVER
  })
}

/** An identifier as text, or undefined when the value is none: empty, null, a fraction, a list, an object. */
export function toId(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (typeof value === 'bigint') return value.toString()
  return Number.isSafeInteger(value) ? String(value) : undefined
}
