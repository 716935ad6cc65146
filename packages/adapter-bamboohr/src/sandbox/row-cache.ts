/** Serialized rows of listings, kept as bytes so that a page can be sent again without being made again. */
export interface RowCache {
  /** @param stamp what the rows depend on: another one makes them anew */
  get(key: string, stamp: string, make: () => string): Buffer
}

/** A cache of at most so many bytes; what was made longest ago goes first. */
export function createRowCache(limitBytes: number): RowCache {
  const entries = new Map<string, { readonly stamp: string; readonly rows: Buffer }>()
  let size = 0

  function drop(key: string): void {
    size -= entries.get(key)?.rows.byteLength ?? 0
    entries.delete(key)
  }

  return {
    get(key, stamp, make) {
      const known = entries.get(key)
      if (known?.stamp === stamp) return known.rows
      drop(key)
      const rows = Buffer.from(make())
      entries.set(key, { stamp, rows })
      size += rows.byteLength
      for (const oldest of entries.keys()) {
        if (size <= limitBytes) break
        drop(oldest)
      }
      return rows
    },
  }
}
