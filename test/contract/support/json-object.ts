/** A JSON object whose properties may be changed. */
export type JsonObject = Record<string, unknown>

/** Whether a value is a JSON object, and not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
