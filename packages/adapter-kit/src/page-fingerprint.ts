import { hash } from 'node:crypto'
import type { Json } from '@unioneyes/core'
import type { Answer } from './http/answer.ts'

/**
 * SHA-256 of everything a page is made from: how it is mapped, which page of which listing it is, its status, where its
 * header says the listing goes on, and its bytes. Taken before parsing, which it may make unnecessary.
 */
export function pageFingerprint(mapping: string, listing: number, token: Json | undefined, answer: Answer): string {
  const parts = [mapping, listing, token ?? null, answer.status, answer.headers.get('link'), answer.digest()]
  return hash('sha256', JSON.stringify(parts))
}
