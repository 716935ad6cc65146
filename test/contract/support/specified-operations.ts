import { isObject } from './json-object.ts'
import type { JsonObject } from './json-object.ts'
import { resolveReference } from './vendor-specification.ts'

/** One operation of a specification. */
export interface SpecifiedOperation {
  /** `GET /api/v1/employees/{id}` */
  readonly name: string
  readonly method: string
  readonly path: string
  /** The names of the query parameters it declares. */
  readonly query: ReadonlySet<string>
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']

/** Finds the operation for a method and a path. A path without `{names}` wins over one with them. */
export function specifiedOperations(
  document: JsonObject,
): (method: string, path: string) => SpecifiedOperation | undefined {
  const operations = Object.entries(isObject(document.paths) ? document.paths : {})
    .flatMap(([path, item]) => (isObject(item) ? operationsOf(document, path, item) : []))
    .map((operation) => ({ operation, parts: operation.path.split('/') }))
    .toSorted((left, right) => templated(left.parts) - templated(right.parts))
  return (method, path) => {
    const parts = path.split('/')
    return operations.find(({ operation, parts: wanted }) => operation.method === method && fits(wanted, parts))
      ?.operation
  }
}

/** The parameters of an operation, its path's own included, with references resolved. */
export function parametersOf(document: JsonObject, item: JsonObject, operation: JsonObject): JsonObject[] {
  return [item.parameters, operation.parameters]
    .flatMap((list): unknown[] => (Array.isArray(list) ? list : []))
    .map((parameter) => resolved(document, parameter))
    .filter(isObject)
}

/** A value, or what it refers to. */
export function resolved(document: JsonObject, value: unknown): unknown {
  if (!isObject(value) || typeof value.$ref !== 'string') return value
  return resolved(document, resolveReference(document, value.$ref))
}

function operationsOf(document: JsonObject, path: string, item: JsonObject): SpecifiedOperation[] {
  return METHODS.flatMap((method) => {
    const operation = item[method]
    if (!isObject(operation)) return []
    const query = parametersOf(document, item, operation)
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => String(name))
    return [{ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), path, query: new Set(query) }]
  })
}

function fits(wanted: readonly string[], parts: readonly string[]): boolean {
  return wanted.length === parts.length && wanted.every((part, at) => part.includes('{') || part === parts[at])
}

function templated(parts: readonly string[]): number {
  return parts.filter((part) => part.includes('{')).length
}
