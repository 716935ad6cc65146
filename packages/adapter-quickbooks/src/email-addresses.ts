import { z } from 'zod'
import { given, text } from './wire-parts.ts'

/** Where mail goes, as QuickBooks writes it: one address, or several with commas between. */
export const email = z.object({ Address: text }).nullish()

/** The addresses one by one; undefined where there is none. */
export function emailsOf(...fields: readonly z.output<typeof email>[]): string[] | undefined {
  const written = fields.flatMap((field) => (field?.Address ?? '').split(/[,;]/))
  const found = written.flatMap((one) => given(one.trim()) ?? [])
  return found.length === 0 ? undefined : found
}
