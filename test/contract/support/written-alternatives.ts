import { isObject } from './json-object.ts'
import type { JsonObject } from './json-object.ts'

/**
 * A Swagger 2 document in which alternatives are what they are meant to be. That version has no `anyOf`, and a vendor may write a list
 * of schemas under `items` of what is no list, which a validator takes for saying nothing.
 */
export function withAlternatives(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, written(value)]))
}

function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written)
  if (!isObject(value)) return value
  const { items, ...rest } = withAlternatives(value)
  if (items === undefined) return rest
  return Array.isArray(items) && rest.type === undefined ? { ...rest, anyOf: items } : { ...rest, items }
}
