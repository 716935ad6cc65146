import type { RecordWrite } from '@unioneyes/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UpsertPacker, unpackUpserts } from '../src/packed-upserts.ts'

const text = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((words) => JSON.stringify(words)),
)
const write = fc.record<RecordWrite>({
  id: fc.string({ minLength: 1 }),
  hash: fc.option(fc.string(), { nil: undefined }),
  rawHash: fc.option(fc.string(), { nil: undefined }),
  version: fc.option(fc.string(), { nil: undefined }),
  data: text,
  raw: fc.option(text, { nil: undefined }),
})

test('what is packed comes out again, one commit after the other in the same memory, on any thread', () => {
  const packer = new UpsertPacker()
  const read = (bytes: string | Uint8Array | undefined) =>
    bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8')
  fc.assert(
    fc.property(fc.array(write, { maxLength: 20 }), (upserts) => {
      const unpacked = unpackUpserts(structuredClone(packer.pack(upserts)))
      expect(unpacked.map((one) => ({ ...one, data: read(one.data), raw: read(one.raw) }))).toEqual(upserts)
    }),
  )
})
