/** Answers, or pieces of them, kept so that they can be sent again without being made again. */
export interface ByteCache<Entry extends { readonly byteLength: number }> {
  /** What is kept under a key, made when there is nothing. @param stamp what it depends on: another one makes it anew */
  get(key: string, stamp: string, make: () => Entry): Entry
}

/** A cache of at most so many bytes. What was made longest ago goes first; an entry larger than the limit is not kept. */
export function createByteCache<Entry extends { readonly byteLength: number }>(limitBytes: number): ByteCache<Entry> {
  const entries = new Map<string, { readonly stamp: string; readonly entry: Entry }>()
  let size = 0

  function drop(key: string): void {
    size -= entries.get(key)?.entry.byteLength ?? 0
    entries.delete(key)
  }

  return {
    get(key, stamp, make) {
      const known = entries.get(key)
      if (known?.stamp === stamp) return known.entry
      drop(key)
      const entry = make()
      entries.set(key, { stamp, entry })
      size += entry.byteLength
      for (const oldest of entries.keys()) {
        if (size <= limitBytes) break
        drop(oldest)
      }
      return entry
    },
  }
}
