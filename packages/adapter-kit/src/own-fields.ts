import type { Json } from '@unioneyes/core'

/** A property of a value about which nothing is known, or undefined. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/**
 * An organization's own fields of a raw item, under the names that its settings give them. Absent and null ones are left
 * out; undefined when none is left. Integers beyond 2^53 become text of the same digits.
 *
 * @param names our name to the provider's name
 */
export function ownFields(
  item: unknown,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, Json>> | undefined {
  const found: Record<string, Json> = {}
  for (const [ours, theirs] of Object.entries(names)) {
    const value = property(item, theirs)
    if (value !== undefined && value !== null) found[ours] = toJson(value)
  }
  return Object.keys(found).length === 0 ? undefined : found
}

// Raw items were read from JSON text, so only big integers are no JSON yet.
function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value as Json
  if (Array.isArray(value)) return value.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, toJson(part)]))
}
