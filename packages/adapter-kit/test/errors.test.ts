import { IntegrationError } from '@unioneyes/core'
import { basicAuth, pages } from '@unioneyes/adapter-kit'
import { createServer } from 'node:https'
import { once } from 'node:events'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testCertificate } from './test-certificate.ts'
import { Redactor } from '../src/http/redact.ts'
import { connected, readAll, skippingClock } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import type { ApiVariation } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply } from './test-server.ts'

const secret = 'k3y/with+signs=="'

async function errorOf(reply: Reply, variation: ApiVariation = {}): Promise<IntegrationError> {
  const server = await startServer(() => reply)
  onTestFinished(() => server.close())
  return errorAt(server.url, variation)
}

async function errorAt(baseUrl: string, variation: ApiVariation, clock = skippingClock()): Promise<IntegrationError> {
  const api = simpleApi({ retry: { attempts: 1 }, ...variation })
  const things = api
    .entity(thing)
    .list({ path: 'things', query: { filter: 'of-a-person' }, paginate: pages.single(), ...thingRows })
  const integration = await connected(simpleAdapter(api, { things }), {
    baseUrl,
    clock,
    credentials: { apiKey: secret },
  })
  const error: unknown = await readAll(integration, 'things').catch((reason: unknown) => reason)
  if (!IntegrationError.is(error)) throw new Error('not an IntegrationError', { cause: error })
  return error
}

test.each([
  [400, 'REQUEST_REJECTED', false],
  [401, 'AUTH_FAILED', false],
  [403, 'PERMISSION_DENIED', false],
  [404, 'REQUEST_REJECTED', false],
  [408, 'PROVIDER_UNAVAILABLE', true],
  [409, 'REQUEST_REJECTED', false],
  [410, 'REQUEST_REJECTED', false],
  [422, 'REQUEST_REJECTED', false],
  [429, 'RATE_LIMITED', true],
  [500, 'PROVIDER_UNAVAILABLE', true],
  [501, 'PROVIDER_UNAVAILABLE', true],
  [599, 'PROVIDER_UNAVAILABLE', true],
])('status %i is %s', async (status, code, retryable) => {
  const error = await errorOf({ status, text: 'a body' })
  expect(error).toMatchObject({ code, retryable, status, provider: 'example', entity: 'things' })
  expect(error.message).toContain('GET /things')
  expect(error.message).not.toMatch(/of-a-person|a body|127\.0\.0\.1/)
})

describe('what the provider says', () => {
  test('names the code and the reason', async () => {
    const readError: ApiVariation['readError'] = ({ status, headers, text }) => ({
      code: 'CURSOR_EXPIRED',
      message: `${String(status)} ${headers.get('x-why') ?? ''} ${text()}`,
    })
    const error = await errorOf({ status: 400, headers: { 'x-why': 'BadPage' }, text: 'gone' }, { readError })
    expect(error).toMatchObject({ code: 'CURSOR_EXPIRED', status: 400 })
    expect(error.message).toContain('("400 BadPage gone")')
  })

  test('is one short line without credentials, in whatever form they are quoted', async () => {
    const quoted = [secret, encodeURIComponent(secret), JSON.stringify(secret), Buffer.from(secret).toString('base64')]
    const header = basicAuth(secret, 'x').authorization ?? ''
    const text = `line\u0000one\r\n\u001b[31m${quoted.join(' ')} ${header} \u202Eevil ${'long '.repeat(100)}`
    const error = await errorOf(
      { status: 400, text },
      { auth: (c) => basicAuth(c.apiKey, 'x'), readError: (a) => ({ message: a.text() }) },
    )
    for (const form of [...quoted, header.slice(6)]) expect(error.message).not.toContain(form)
    expect(error.message).not.toMatch(/[\p{Cc}\u202E]/u)
    expect(error.message.length).toBeLessThan(400)
  })

  test('that the adapter cannot read is a fault of the adapter, and quotes nothing', async () => {
    const readError: ApiVariation['readError'] = ({ text }) => {
      throw new Error(text())
    }
    const error = await errorOf({ status: 400, text: 'private' }, { readError })
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID' })
    expect(JSON.stringify([error.message, error.cause, error.issues])).not.toContain('private')
  })

  test('of a large refusal only the start is read', async () => {
    let length = 0
    const readError: ApiVariation['readError'] = ({ text }) => {
      length = text().length
      return undefined
    }
    await errorOf({ status: 400, text: 'x'.repeat(1_000_000) }, { readError })
    expect(length).toBe(64 * 1024)
  })
})

test('no form of a secret passes redaction, wherever it stands', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, unit: 'grapheme' }), fc.string(), fc.string(), (hidden, before, after) => {
      const redactor = new Redactor({ nested: [{ token: hidden }] })
      for (const form of [hidden, encodeURIComponent(hidden.toWellFormed()), Buffer.from(hidden).toString('base64')]) {
        // A secret that is made of what the replacement says cannot be told from it.
        if ('[redacted]…'.includes(form) || form.trim() === '') continue
        expect(redactor.redact(`${before}${form}${after}`).includes(form) && !`${before}${after}`.includes(form)).toBe(
          false,
        )
      }
    }),
  )
})

test('short values are no secrets, and the name of a scheme is none', () => {
  const redactor = new Redactor({ user: 'x', pin: '123' })
  redactor.learn({ authorization: 'Bearer abcdefgh12345678' })
  expect(redactor.redact('Bearer x 123 abcdefgh12345678')).toBe('Bearer x 123 [redacted]')
})

test('a certificate that proves nothing is not tried again', async () => {
  const server = createServer(testCertificate, (_request, response) => response.end('[]'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  const clock = skippingClock()
  const error = await errorAt(`https://127.0.0.1:${String(address.port)}/`, { retry: { attempts: 4 } }, clock)
  expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: false })
  expect(error.message).toContain('certificate')
  // Whoever tries again waits before.
  expect(clock.sleeps).toEqual([])
})
