import { hash } from 'node:crypto'
import type { PageCommit, RecordWrite } from './ports/page-store.ts'

/** A record to write with both of its hashes. */
export interface HashedWrite extends RecordWrite {
  readonly hash: string
  readonly rawHash: string
}

/** What a record's text is compared by: its SHA-256 in base64url. */
export function recordHash(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** The records of a commit with the hashes that it left to its store. */
export function hashedUpserts({ upserts, mappingTag = '' }: Pick<PageCommit, 'upserts' | 'mappingTag'>): HashedWrite[] {
  return upserts.map((write) => {
    const { hash: given, rawHash, data, raw } = write
    if (given !== undefined && rawHash !== undefined) return { ...write, hash: given, rawHash }
    return { ...write, hash: given ?? recordHash(data), rawHash: rawHash ?? recordHash(raw ?? data) + mappingTag }
  })
}
