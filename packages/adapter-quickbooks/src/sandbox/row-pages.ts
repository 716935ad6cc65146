import { createByteCache } from '@unioneyes/testkit'
import { BLOCK } from './table.ts'
import type { Table } from './table.ts'
import { toRowText } from './wire-values.ts'

/** Rows of tables as bytes. Blocks of neighbors are kept, so that a page can be sent again without being made again. */
export interface RowPages {
  /** The rows at these places, one after the other with commas between them. */
  bytes(table: Table, places: readonly number[]): Buffer
  /** The same without keeping anything: for rows that stand far from each other. */
  once(table: Table, places: readonly number[]): Buffer
}

interface Block {
  readonly byteLength: number
  readonly bytes: Buffer
  /** Where each row begins, and where the last one ends. */
  readonly offsets: readonly number[]
}

const COMMA = Buffer.from(',')

/** A store of blocks of at most so many bytes; what was made longest ago goes first. */
export function createRowPages(limitBytes: number): RowPages {
  const blocks = createByteCache<Block>(limitBytes)
  // Weak: a definition may be started many times.
  const ids = new WeakMap<Table, number>()
  let tables = 0

  function blockOf(table: Table, number: number): Block {
    let id = ids.get(table)
    if (id === undefined) {
      id = tables
      tables += 1
      ids.set(table, id)
    }
    const stamp = String(table.blockStamp(number))
    return blocks.get(`${String(id)}/${String(number)}`, stamp, () => makeBlock(table, number))
  }

  return {
    bytes(table, places) {
      const pieces: Buffer[] = []
      for (let at = 0; at < places.length;) {
        const first = places[at] ?? 0
        const number = Math.floor(first / BLOCK)
        let length = 1
        while (places[at + length] === first + length && Math.floor((first + length) / BLOCK) === number) length += 1
        const { bytes, offsets } = blockOf(table, number)
        const start = first - number * BLOCK
        // Without the comma behind the last row.
        pieces.push(bytes.subarray(offsets[start], (offsets[start + length] ?? 0) - 1), COMMA)
        at += length
      }
      return Buffer.concat(pieces.slice(0, -1))
    },
    once: (table, places) => Buffer.from(places.map((place) => toRowText(table.row(place))).join(',')),
  }
}

function makeBlock(table: Table, number: number): Block {
  const offsets = [0]
  const end = Math.min(table.count, (number + 1) * BLOCK)
  let text = ''
  let offset = 0
  for (let place = number * BLOCK; place < end; place += 1) {
    const row = `${toRowText(table.row(place))},`
    text += row
    offset += Buffer.byteLength(row)
    offsets.push(offset)
  }
  return { byteLength: offset, bytes: Buffer.from(text), offsets }
}
