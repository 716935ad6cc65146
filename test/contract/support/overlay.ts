import { parse } from 'yaml'
import { z } from 'zod'
import { isObject } from './json-object.ts'
import type { JsonObject } from './json-object.ts'
import { selectPlaces, valueAt } from './overlay-target.ts'
import type { Place } from './overlay-target.ts'

// Where a citation may come from, in the words that sandboxes use for theirs.
const citation = z.string().regex(/^(openapi|documentation|client|recorded|sheet)[: ]\s*\S/, {
  error: 'a citation begins with openapi, documentation, client, recorded or sheet, and says where',
})
const citations = z.array(citation).min(1, 'cite the recording or vendor text that shows it')
const action = z
  .strictObject({
    target: z.string(),
    description: z.string().trim().min(1, 'say what is wrong with the specification'),
    'x-cites': citations,
    update: z.unknown().optional(),
    remove: z.literal(true).optional(),
  })
  .refine((one) => (one.update === undefined) !== (one.remove === undefined), 'needs either an update or a removal')

const overlay = z.strictObject({
  overlay: z.string().regex(/^1\.\d+\.\d+$/),
  info: z.object({ title: z.string(), version: z.string() }),
  actions: z.array(action),
  'x-outside': z.array(z.strictObject({ route: z.string(), 'x-cites': citations })).default([]),
})

/** One correction of a vendor's specification, with what shows that it is right. */
export type OverlayAction = z.output<typeof action>

/** An OpenAPI Overlay whose every action cites its proof; `x-outside` lists routes that the specification leaves out. */
export type Overlay = z.output<typeof overlay>

/** Reads an overlay from YAML. @throws Error naming the action that does not cite anything, or is not valid otherwise. */
export function parseOverlay(text: string): Overlay {
  const read = overlay.safeParse(parse(text))
  if (read.success) return read.data
  throw new Error(`The overlay is not valid.\n${z.prettifyError(read.error)}`)
}

/**
 * A copy of a specification with every action applied, in order. Objects are merged, lists are added to, anything else is
 * replaced.
 *
 * @throws Error for an action that selects nothing or changes nothing: the vendor has mended the specification since.
 */
export function applyOverlay(document: JsonObject, { actions }: Pick<Overlay, 'actions'>): JsonObject {
  const changed = structuredClone(document)
  for (const { target, update, remove } of actions) {
    const places = selectPlaces(changed, target)
    if (places.length === 0) throw stale(target, 'selects nothing')
    if (remove === true) {
      // Backwards, because what is taken out of a list moves the rest of it.
      places.toReversed().forEach(takeOut)
      continue
    }
    const before = JSON.stringify(places.map(valueAt))
    for (const place of places) Reflect.set(place.holder, place.key, merge(valueAt(place), update))
    if (JSON.stringify(places.map(valueAt)) === before) throw stale(target, 'changes nothing')
  }
  return changed
}

function takeOut({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else Reflect.deleteProperty(holder, key)
}

function merge(old: unknown, update: unknown): unknown {
  if (Array.isArray(old)) {
    const added: unknown[] = Array.isArray(update) ? update : [update]
    return [...(old as unknown[]), ...added.filter((item) => !contains(old, item))]
  }
  if (!isObject(old) || !isObject(update)) return update
  const merged: JsonObject = { ...old }
  for (const [key, value] of Object.entries(update)) merged[key] = merge(old[key], value)
  return merged
}

function contains(list: readonly unknown[], item: unknown): boolean {
  const text = JSON.stringify(item)
  return list.some((one) => JSON.stringify(one) === text)
}

function stale(target: string, how: string): Error {
  return new Error(`The overlay's action on ${target} ${how}. Remove it if the specification is right by now.`)
}
