import { parseJsonText, toJsonText } from '@unioneyes/core'
import type { Fault } from './fault.ts'

/** Applies to an answer's body the faults that change content. Others leave it as it is. */
export function spoilBody(body: Buffer, fault: Fault, previousPieces: readonly Uint8Array[] | undefined): Buffer {
  switch (fault.kind) {
    case 'truncate':
      return fault.cutConnection ? body : body.subarray(0, fault.bytes)
    case 'wrongShape':
      return Buffer.from(toJsonText(fault.body))
    case 'repeatPage': {
      if (!previousPieces) return body
      const previous = Buffer.concat(previousPieces)
      if (fault.whole) return previous
      const items = findItems(parseJsonText(previous.toString()))?.items
      return items ? changeItems(body, () => items) : body
    }
    case 'shufflePage':
      return changeItems(body, (items) => shuffle(items, fault.seed))
    case 'dropItems':
      return changeItems(body, (items) => items.slice(0, Math.max(0, items.length - fault.count)))
    default:
      return body
  }
}

function changeItems(body: Buffer, change: (items: readonly unknown[]) => readonly unknown[]): Buffer {
  const found = findItems(parseJsonText(body.toString()))
  return found ? Buffer.from(toJsonText(found.replace(change(found.items)))) : body
}

interface FoundItems {
  readonly items: readonly unknown[]
  replace(items: readonly unknown[]): unknown
}

// The page's items are the body itself or the first list in it; every vendor imitated so far fits.
function findItems(body: unknown): FoundItems | undefined {
  if (Array.isArray(body)) return { items: body, replace: (items) => items }
  if (typeof body !== 'object' || body === null) return undefined
  for (const [name, value] of Object.entries(body)) {
    if (Array.isArray(value)) return { items: value, replace: (items) => ({ ...body, [name]: items }) }
  }
  return undefined
}

function shuffle(items: readonly unknown[], seed: number): unknown[] {
  const shuffled = [...items]
  let state = seed >>> 0
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const other = Math.floor((state / 2 ** 32) * (last + 1))
    const kept = shuffled[last]
    shuffled[last] = shuffled[other]
    shuffled[other] = kept
  }
  return shuffled
}
