import type { Json } from '@unioneyes/core'
import { IntegrationError, parseJsonText, toJsonText } from '@unioneyes/core'

/** A value as a JSON column holds it; undefined becomes NULL. */
export function toJsonColumn(value: Json | object | undefined): string | null {
  return value === undefined ? null : toJsonText(value)
}

/**
 * What a JSON column holds, digits kept.
 * @throws IntegrationError STORE_INVALID naming the column when its text is not JSON.
 */
export function fromJsonColumn(column: string, text: string): unknown {
  try {
    return parseJsonText(text)
  } catch (error) {
    throw new IntegrationError(
      'STORE_INVALID',
      `The column ${column} holds text that is not JSON: it was changed by hand`,
      {
        cause: error,
      },
    )
  }
}
