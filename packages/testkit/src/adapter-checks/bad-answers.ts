import { toJsonText } from '@unioneyes/core'
import { fault } from '../sandbox/fault.ts'
import type { AdapterCheckBody } from './adapter-check.ts'
import { midway } from './applicability.ts'
import { assertFailed } from './expectations.ts'
import { textOf } from './wire.ts'

const markup = [
  ['text/html; charset=utf-8', '<!DOCTYPE html><html><body><h1>We are improving our service</h1></body></html>'],
  ['application/xml', '<?xml version="1.0"?>\n<people></people>\n'],
] as const

const RETRYABLE = ['PROVIDER_UNAVAILABLE', 'CIRCUIT_OPEN'] as const

/** Answers in the middle of a listing that are none. Every one of them must fail the read: what ends quietly counts as read. */
export const badAnswerChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'truncated',
    name: 'an answer that is cut off in the middle fails the read',
    remedy: 'Let an answer that does not parse be an error (RESPONSE_INVALID), never an empty page.',
    async run(stage) {
      const scene = await stage.open()
      scene.wire.change({ from: midway(stage) }, (answer) => {
        const text = textOf(answer)
        return { ...answer, body: text.slice(0, Math.floor(text.length / 2)) }
      })
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertFailed(reading, ['RESPONSE_INVALID', ...RETRYABLE], 'with answers that are cut off')
    },
  },
  {
    hazard: 'not-json',
    name: 'a web page or XML in place of JSON fails the read',
    remedy: 'Look at the content type: a login or maintenance page is no empty listing (RESPONSE_INVALID).',
    async run(stage) {
      for (const [type, body] of markup) {
        const scene = await stage.open()
        scene.wire.instead({ from: midway(stage) }, () => ({ headers: { 'content-type': type }, body }))
        const reading = await scene.attempt()
        scene.wire.assertMet()
        assertFailed(reading, ['RESPONSE_INVALID', ...RETRYABLE], `with ${type} in place of JSON`)
      }
    },
  },
  {
    hazard: 'wrong-shape',
    name: 'an answer of another shape fails the read',
    remedy: 'An answer without its list of items is one we do not understand (RESPONSE_INVALID), not an empty page.',
    async run(stage) {
      const scene = await stage.open()
      scene.wire.instead({ from: midway(stage) }, () => ({
        headers: { 'content-type': 'application/json' },
        body: toJsonText({ message: 'This is something else.' }),
      }))
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertFailed(reading, ['RESPONSE_INVALID'], 'with an answer of another shape')
    },
  },
  {
    hazard: 'server-error',
    name: 'a provider that fails in the middle fails the read, to be tried again',
    remedy: 'Throw PROVIDER_UNAVAILABLE when repeating the request does not help.',
    async run(stage) {
      const scene = await stage.open()
      scene.wire.instead({ from: midway(stage) }, () => ({ status: 500 }))
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertFailed(reading, RETRYABLE, 'when the provider answers 500')
    },
  },
  {
    hazard: 'dropped-connection',
    name: 'a connection that is dropped fails the read, to be tried again',
    remedy: 'Turn what the HTTP library throws into PROVIDER_UNAVAILABLE; its own errors hold URLs and headers.',
    async run(stage) {
      const scene = await stage.open()
      scene.sandbox.faults.inject({ match: () => scene.wire.listings >= midway(stage) - 1, fault: fault.reset() })
      assertFailed(await scene.attempt(), RETRYABLE, 'when the connection is dropped')
    },
  },
]
