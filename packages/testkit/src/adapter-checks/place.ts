import type { EntityHand, ItemsLens } from './adapter-subject.ts'

/** The value at a place: property names joined with dots; empty for the value itself. */
export function valueAt(value: unknown, place: string): unknown {
  let found = value
  for (const name of stepsOf(place)) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Reflect.get(found, name)
  }
  return found
}

/** A copy with another value at a place; with undefined, without it. */
export function withValueAt(value: unknown, place: string, next: unknown): unknown {
  const [name, ...rest] = stepsOf(place)
  if (name === undefined) return next
  const whole: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {}
  const changed = withValueAt(whole[name], rest.join('.'), next)
  if (changed === undefined) return Object.fromEntries(Object.entries(whole).filter(([other]) => other !== name))
  return { ...whole, [name]: changed }
}

const stepsOf = (place: string): string[] => (place === '' ? [] : place.split('.'))

/** Items at a place, as a lens. */
export function toLens(items: string | ItemsLens): ItemsLens {
  if (typeof items !== 'string') return items
  return {
    get(body) {
      const found = valueAt(body, items)
      return isList(found) ? found : undefined
    },
    set: (body, list) => withValueAt(body, items, list),
  }
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** How to find the id of an item's record. */
export function recordIdReader(hand: Pick<EntityHand<never>, 'id' | 'recordId'>): (item: unknown) => string {
  return hand.recordId ?? ((item) => idText(valueAt(item, hand.id)))
}

/** An identifier as text. */
export function idText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
}
