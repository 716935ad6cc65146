import { z } from 'zod'

/** A value that JSON text can hold. The same type as in `@unioneyes/core`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Any JSON value. */
export const json = z.custom<Json>(isJson, 'expected a JSON value')

function isJson(value: unknown): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'object' && Object.values(value).every(isJson)
}
