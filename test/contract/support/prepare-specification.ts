import { isObject } from './json-object.ts'
import type { JsonObject } from './json-object.ts'
import { parametersOf, resolved } from './specified-operations.ts'
import { referencesOf, resolveReference } from './vendor-specification.ts'

/**
 * A specification as the validating proxy understands it, saying the same: only the paths that `keeps` wants and what they
 * refer to (a large one takes the proxy many seconds to load), and object parameters of queries written out.
 */
export function prepareSpecification(document: JsonObject, keeps: (path: string) => boolean): JsonObject {
  const paths = Object.fromEntries(
    Object.entries(isObject(document.paths) ? document.paths : {})
      .filter(([path]) => keeps(path))
      .map(([path, item]) => [path, isObject(item) ? writeOutObjects(document, item) : item]),
  )
  const { components, definitions: _definitions, webhooks: _webhooks, ...rest } = document
  const schemes = isObject(components) ? { securitySchemes: components.securitySchemes } : {}
  const reached = reachedFrom(document, paths)
  return {
    ...rest,
    ...reached,
    paths,
    components: { ...(isObject(reached.components) ? reached.components : {}), ...schemes },
  }
}

/** What references lead to, at the places where they look for it: below `components`, or in Swagger 2 below `definitions`. */
function reachedFrom(document: JsonObject, paths: JsonObject): JsonObject {
  const copy: JsonObject = {}
  const reached = new Set<string>()
  const open = referencesOf(paths)
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    const parts = reference.split('/').slice(1)
    const place = parts.slice(0, parts[0] === 'components' ? 3 : 2)
    const name = place.at(-1)
    if (reached.has(reference) || name === undefined || place[0] === 'paths') continue
    reached.add(reference)
    const value = resolveReference(document, `#/${place.join('/')}`)
    let holder = copy
    for (const part of place.slice(0, -1)) {
      const below = isObject(holder[part]) ? holder[part] : {}
      holder[part] = below
      holder = below
    }
    holder[name] = value
    open.push(...referencesOf(value))
  }
  return copy
}

/**
 * The proxy reads no list inside an object (`filter[ids][]=1`) and no object made of several (`allOf`), and lets both pass
 * unseen. Each property is written as the parameter it is on the wire, so that it looks at them.
 */
function writeOutObjects(document: JsonObject, item: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(item)
      .filter(([key]) => key !== 'parameters')
      .map(([key, value]) => {
        if (!isObject(value) || !('responses' in value)) return [key, value]
        const parameters = parametersOf(document, item, value).flatMap((one) => writeOut(document, one))
        return [key, { ...value, parameters }]
      }),
  )
}

function writeOut(document: JsonObject, parameter: JsonObject): JsonObject[] {
  if (parameter.in !== 'query' || parameter.style !== 'deepObject') return [parameter]
  return [...propertiesOf(document, parameter.schema)].map(([property, schemas]) => {
    const list = schemas.some((schema) => isObject(schema) && schema.type === 'array')
    return {
      name: `${String(parameter.name)}[${property}]${list ? '[]' : ''}`,
      in: 'query',
      ...(list && { style: 'form', explode: true }),
      // A text becomes a number only at the `type` that asks for one, and what was looked at before never saw a number.
      schema:
        schemas.length === 1
          ? schemas[0]
          : { allOf: schemas.toSorted((left, right) => Number(hasType(right)) - Number(hasType(left))) },
    }
  })
}

function hasType(schema: unknown): boolean {
  return isObject(schema) && 'type' in schema
}

/** Every property of an object, with all the schemas that it must satisfy. */
function propertiesOf(document: JsonObject, schema: unknown): Map<string, unknown[]> {
  const object = resolved(document, schema)
  const found = new Map<string, unknown[]>()
  if (!isObject(object)) return found
  const own = isObject(object.properties) ? Object.entries(object.properties) : []
  const inherited = Array.isArray(object.allOf)
    ? object.allOf.flatMap((part) => [...propertiesOf(document, part)].map(([name, all]) => [name, all] as const))
    : []
  for (const [name, value] of own) found.set(name, [value])
  for (const [name, values] of inherited) found.set(name, [...values, ...(found.get(name) ?? [])])
  return found
}
