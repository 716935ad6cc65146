import { isObject } from './json-object.ts'

/** One place that a target selects: `holder[key]`. */
export interface Place {
  readonly holder: Record<string | number, unknown> | unknown[]
  readonly key: string | number
}

type Step = { readonly key: string } | { readonly index: number } | { readonly where: string; readonly equals: string }

// `.name`, `['any name']`, `[0]` and `[?@.name=='value']` of RFC 9535: what pointing into a specification takes, and no more.
const STEP = /\.([\w$-]+)|\['([^']*)'\]|\[(\d+)\]|\[\?@\.([\w$-]+)\s*==\s*'([^']*)'\]/y

/**
 * The places in a document that a JSONPath selects, in order. None when there is no such place.
 *
 * @throws Error for a path that is not understood.
 */
export function selectPlaces(document: unknown, path: string): Place[] {
  const steps = stepsOf(path)
  let places: Place[] = []
  let values: unknown[] = [document]
  for (const step of steps) {
    places = values.flatMap((value) => placesIn(value, step))
    values = places.map(valueAt)
  }
  return places
}

/** What stands at a place. */
export function valueAt({ holder, key }: Place): unknown {
  return Reflect.get(holder, key)
}

function placesIn(value: unknown, step: Step): Place[] {
  if (Array.isArray(value)) {
    const holder: unknown[] = value
    if ('index' in step) return step.index < holder.length ? [{ holder, key: step.index }] : []
    if ('where' in step) {
      return [...holder.keys()]
        .filter((index) => {
          const item = holder[index]
          return isObject(item) && item[step.where] === step.equals
        })
        .map((key) => ({ holder, key }))
    }
    return []
  }
  return 'key' in step && isObject(value) && step.key in value ? [{ holder: value, key: step.key }] : []
}

function stepsOf(path: string): Step[] {
  const steps: Step[] = []
  let at = path.startsWith('$') ? 1 : path.length + 1
  while (at < path.length) {
    STEP.lastIndex = at
    const match = STEP.exec(path)
    if (!match) break
    const [whole, name, quoted, index, where, equals] = match
    if (where !== undefined && equals !== undefined) steps.push({ where, equals })
    else steps.push(index === undefined ? { key: name ?? quoted ?? '' } : { index: Number(index) })
    at += whole.length
  }
  if (at !== path.length || steps.length === 0) {
    throw new Error(`The target ${path} is not understood: .name, ['name'], [0] and [?@.name=='value'] are.`)
  }
  return steps
}
