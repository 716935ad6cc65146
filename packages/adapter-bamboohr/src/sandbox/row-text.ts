import { toJsonText } from '@unioneyes/core'
import type { Company } from './company.ts'
import type { FieldReader } from './employee-words.ts'
import type { Person } from './person.ts'

/** The fields of a row, prepared for writing many. */
export interface RowFields {
  readonly names: readonly string[]
  readonly fields: readonly (readonly [string, FieldReader])[]
  /** Writes a person's fields as the inside of a JSON object, without its braces. */
  write(person: Person, company: Company): string
}

const NEEDS_ESCAPE = /["\\\p{Cc}]/u

/**
 * Prepares fields. Rows are written as text at once: building an object per row and handing it to `JSON.stringify` takes
 * three times as long, and a benchmark must not wait for its sandbox.
 */
export function prepareFields(fields: readonly (readonly [string, FieldReader])[]): RowFields {
  const keys = fields.map(([name]) => `${JSON.stringify(name)}:`)
  const readers = fields.map(([, read]) => read)
  return {
    names: fields.map(([name]) => name),
    fields,
    write(person, company) {
      let text = ''
      for (let at = 0; at < readers.length; at += 1) {
        const value = readers[at]?.(person, company)
        if (at > 0) text += ','
        text += keys[at] ?? ''
        if (typeof value === 'string') text += NEEDS_ESCAPE.test(value) ? JSON.stringify(value) : `"${value}"`
        else text += value === null ? 'null' : toJsonText(value)
      }
      return text
    },
  }
}
