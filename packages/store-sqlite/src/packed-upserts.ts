import type { EncodedWrite, RecordWrite } from '@unioneyes/core'

/**
 * The records of a commit as they pass to another thread: their texts as UTF-8 in memory that both threads see. There they
 * are never made into strings again, because SQLite takes the bytes as they are.
 */
export interface PackedUpserts {
  readonly ids: readonly string[]
  readonly hashes: Column
  readonly rawHashes: Column
  readonly versions: Column
  readonly bytes: SharedArrayBuffer
  /** For each record where its data and its raw payload end; the payload ends where the data does when there is none. */
  readonly ends: Uint32Array
}

/** One value for each record; undefined when no record has one. */
type Column = readonly (string | undefined)[] | undefined

/** Packs the records of one commit after the other into the same memory, which must not be in use any more. */
export class UpsertPacker {
  #bytes = new SharedArrayBuffer(0)

  /** An empty payload, which is no JSON, would come back as none. */
  pack(upserts: readonly RecordWrite[]): PackedUpserts {
    let length = 0
    for (const { data, raw = '' } of upserts) length += data.length + raw.length
    // At most three bytes to a UTF-16 unit. Memory that nothing is written to costs nothing, and counting first would.
    if (length * 3 > this.#bytes.byteLength) this.#bytes = new SharedArrayBuffer(length * 4)
    const buffer = Buffer.from(this.#bytes)
    const ends = new Uint32Array(upserts.length * 2)
    let end = 0
    for (const [index, { data, raw = '' }] of upserts.entries()) {
      ends[2 * index] = end += buffer.write(data, end)
      ends[2 * index + 1] = end += buffer.write(raw, end)
    }
    return {
      ids: upserts.map(({ id }) => id),
      hashes: column(upserts, ({ hash }) => hash),
      rawHashes: column(upserts, ({ rawHash }) => rawHash),
      versions: column(upserts, ({ version }) => version),
      bytes: this.#bytes,
      ends,
    }
  }
}

function column(upserts: readonly RecordWrite[], of: (write: RecordWrite) => string | undefined): Column {
  return upserts.some((write) => of(write) !== undefined) ? upserts.map(of) : undefined
}

/** What an {@link UpsertPacker} packed. The texts are views on the shared memory. */
export function unpackUpserts({ ids, hashes, rawHashes, versions, bytes, ends }: PackedUpserts): EncodedWrite[] {
  let start = 0
  return ids.map((id, index) => {
    const [middle = start, end = start] = [ends[2 * index], ends[2 * index + 1]]
    const data = new Uint8Array(bytes, start, middle - start)
    const raw = end === middle ? undefined : new Uint8Array(bytes, middle, end - middle)
    start = end
    return { id, hash: hashes?.[index], rawHash: rawHashes?.[index], version: versions?.[index], data, raw }
  })
}
