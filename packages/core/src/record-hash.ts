import { hash } from 'node:crypto'
import type { RecordWrite } from './ports/page-store.ts'

/** A record to write with both of its hashes. */
export interface HashedWrite extends RecordWrite {
  readonly hash: string
  readonly rawHash: string
}

/** What a record's text is compared by: its SHA-256 in base64url. Of bytes, those of the text in UTF-8. */
export function recordHash(text: string | Uint8Array): string {
  return hash('sha256', text, 'base64url')
}

/** A record to write whose texts may be their bytes in UTF-8. */
export type EncodedWrite = Omit<RecordWrite, 'data' | 'raw'> & {
  readonly data: string | Uint8Array
  readonly raw: string | Uint8Array | undefined
}

/** The records of a commit with the hashes that it left to its store. */
export function hashedUpserts<W extends EncodedWrite>({
  upserts,
  mappingTag = '',
}: {
  readonly upserts: readonly W[]
  readonly mappingTag?: string | undefined
}): (W & Pick<HashedWrite, 'hash' | 'rawHash'>)[] {
  return upserts.map((write) => {
    const { data, raw, hash: given = recordHash(data), rawHash = recordHash(raw ?? data) + mappingTag } = write
    return { ...write, hash: given, rawHash }
  })
}
