import type { WireBody } from '@unioneyes/adapter-kit'
import { parseJsonText } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { api } from '../src/api.ts'
import { objectsOf, objectsOfTypes } from '../src/objects.ts'

const bodyOf = (json: string) => parseJsonText(json) as WireBody
const one = (json: string): unknown => objectsOf('Invoice').items(bodyOf(json))
const several = (json: string): unknown => objectsOfTypes(['Bill', 'Transfer']).items(bodyOf(json))

test.each(['{"QueryResponse":{}}', '{"QueryResponse":{"maxResults":0}}', '{"QueryResponse":{"startPosition":1}}'])(
  'nothing to show is an empty list: %s',
  (json) => {
    expect([one(json), several(json)]).toEqual([[], []])
  },
)

test.each([
  '{}',
  '{"QueryResponse":true}',
  '{"QueryResponse":[]}',
  '{"QueryResponse":"x"}',
  '{"QueryResponse":{"invoice":[{"Id":"1"}],"maxResults":1}}',
  '{"QueryResponse":{"Fault":{"Error":[]}}}',
])('what is no list of the objects that were asked for is not the end of a listing: %s', (json) => {
  expect([one(json), several(json)]).toEqual([undefined, undefined])
})

test('a gateway that slows down without a word is given a minute', () => {
  const answer = { status: 429, headers: new Headers(), text: () => '<html>', jsonOrNothing: () => undefined }
  expect(api.definition.readError?.(answer)).toEqual({ retryAfterMs: 60_000 })
  expect(api.definition.readError?.({ ...answer, status: 502 })).toBeUndefined()
})
