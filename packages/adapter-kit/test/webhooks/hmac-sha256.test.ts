import { createHmac } from 'node:crypto'
import { hmacSha256 } from '@unioneyes/adapter-kit'
import type { HmacOptions } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import type { IntegrationErrorCode, WebhookDelivery, WebhookProof } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { publishedVectors } from './published-vectors.ts'
import type { PublishedVector } from './published-vectors.ts'

const NOW = Date.UTC(2026, 5, 1, 12)

function delivery(body: string | Uint8Array, headers: Readonly<Record<string, string>>): WebhookDelivery {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return { body: bytes, headers: new Headers(headers), receivedAt: NOW }
}

type Outcome = WebhookProof | IntegrationErrorCode

/** What a check finds, or with which code it refuses. */
async function outcome(check: () => WebhookProof | Promise<WebhookProof>): Promise<Outcome> {
  try {
    return await check()
  } catch (error) {
    if (IntegrationError.is(error)) return error.code
    throw error
  }
}

const verify = <Secrets>(
  options: HmacOptions<Secrets>,
  secrets: Secrets,
  given: WebhookDelivery,
  now = NOW,
): Promise<Outcome> => outcome(() => hmacSha256(options).check(given, secrets, now))

const sign = (secret: string, ...parts: string[]): string =>
  createHmac('sha256', secret).update(parts.join('')).digest('hex')

describe.each(publishedVectors)('the published delivery of $name', (vector) => {
  const { secret, body, headers, now, verifier } = vector
  const check = (given: WebhookDelivery, secrets = [secret]): Promise<Outcome> =>
    outcome(() => verifier.check(given, secrets, now))

  test('is verified', async () => {
    const proof = await check(delivery(body, headers))
    expect(proof).toMatchObject({ scheme: 'hmac-sha256', secret: 0 })
    expect(proof).toHaveProperty('signedAt', now === 0 ? undefined : now)
  })

  test('is verified by the second of two secrets, and says so', async () => {
    expect(await check(delivery(body, headers), ['c2VjcmV0', secret])).toMatchObject({ secret: 1 })
    expect(await check(delivery(body, headers), ['c2VjcmV0', 'b3RoZXI='])).toBe('WEBHOOK_UNVERIFIED')
  })

  test('is refused with any byte of its body changed, removed or added', async () => {
    const bytes = Buffer.from(body)
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ by
        const removed = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
        const added = Buffer.concat([bytes.subarray(0, at), Buffer.from([by]), bytes.subarray(at)])
        for (const other of [changed, removed, added]) {
          expect(await check(delivery(other, headers))).toBe('WEBHOOK_UNVERIFIED')
        }
      }),
    )
  })

  test('is refused with any character of a signed header changed, removed or added', async () => {
    await fc.assert(
      fc.asyncProperty(mutatedHeader(vector), async (mutated) => {
        expect(await check(delivery(body, mutated))).toBe('WEBHOOK_UNVERIFIED')
      }),
      { numRuns: 400 },
    )
  })

  test('is refused without one of its headers, or with an empty one', async () => {
    for (const name of vector.signedHeaders) {
      const { [name]: _, ...rest } = headers
      expect(await check(delivery(body, rest)), name).toBe('WEBHOOK_UNVERIFIED')
      expect(await check(delivery(body, { ...headers, [name]: '' })), name).toBe('WEBHOOK_UNVERIFIED')
    }
  })

  test('is refused with any character of the secret changed', async () => {
    // The last characters of a base64 text may hold bits that do not count.
    const start = secret.startsWith('whsec_') ? 6 : 0
    for (let at = start; at < secret.length - 2; at += 1) {
      const other = secret.slice(0, at) + (secret[at] === 'A' ? 'B' : 'A') + secret.slice(at + 1)
      expect(await check(delivery(body, headers), [other])).toBe('WEBHOOK_UNVERIFIED')
    }
  })
})

/** The vector's headers with one character of one of them changed, removed or added. */
function mutatedHeader({ headers, signedHeaders }: PublishedVector): fc.Arbitrary<Record<string, string>> {
  const character = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
  return fc
    .record({
      name: fc.constantFrom(...signedHeaders),
      place: fc.nat(10_000),
      how: fc.constantFrom('change', 'remove', 'add'),
      character,
    })
    .filter(({ name, place, how, character: other }) => {
      const value = headers[name] ?? ''
      return how !== 'change' || value[place % value.length] !== other
    })
    .map(({ name, place, how, character: other }) => {
      const value = headers[name] ?? ''
      const at = place % value.length
      const after = how === 'add' ? value.slice(at) : value.slice(at + 1)
      return { ...headers, [name]: value.slice(0, at) + (how === 'remove' ? '' : other) + after }
    })
}

describe('a signed time', () => {
  const options = {
    secret: (secret: string) => secret,
    header: 'x-signature',
    timestamp: 'x-time',
    message: 'timestamp.body',
    tolerance: '5m',
  } as const
  const signedAt = (seconds: number | string): WebhookDelivery =>
    delivery('{}', { 'x-time': String(seconds), 'x-signature': sign('key', `${String(seconds)}.{}`) })
  const seconds = NOW / 1000

  test('may be five minutes old or ahead, and not a millisecond more', async () => {
    for (const away of [0, -300, 300]) {
      expect(await verify(options, 'key', signedAt(seconds + away))).toMatchObject({ signedAt: NOW + away * 1000 })
    }
    expect(await verify(options, 'key', signedAt(seconds - 300), NOW + 1)).toBe('WEBHOOK_UNVERIFIED')
    expect(await verify(options, 'key', signedAt(seconds + 300), NOW - 1)).toBe('WEBHOOK_UNVERIFIED')
  })

  test('is inside its window exactly when it is no further from now than the tolerance', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -700_000, max: 700_000 }), async (ms) => {
        const found = await verify(options, 'key', signedAt(seconds), NOW + ms)
        expect(found === 'WEBHOOK_UNVERIFIED').toBe(Math.abs(ms) > 300_000)
      }),
    )
  })

  test('must be whole seconds, however well it is signed', async () => {
    const odd = [
      `${String(seconds)}.0`,
      `+${String(seconds)}`,
      `0x${seconds.toString(16)}`,
      `${String(seconds / 1000)}e3`,
      String(NOW),
      'NaN',
      '-1',
      new Date(NOW).toISOString(),
      `${String(seconds)} `,
    ]
    for (const text of odd) {
      const headers = new Map([
        ['x-time', text],
        ['x-signature', sign('key', `${text}.{}`)],
      ])
      const given = { body: Buffer.from('{}'), headers, receivedAt: NOW }
      expect(await verify(options, 'key', given), text).toBe('WEBHOOK_UNVERIFIED')
    }
  })
})

describe('a header with several parts', () => {
  const options = {
    secret: (secret: string | readonly string[]) => secret,
    header: 'x-wave-signature',
    separator: ',',
    prefix: 'v1=',
    timestamp: { prefix: 't=' },
    message: 'timestamp.body',
  } as const
  const time = String(NOW / 1000)
  const good = sign('key', `${time}.{}`)
  const withHeader = (value: string): Promise<Outcome> =>
    verify(options, 'key', delivery('{}', { 'x-wave-signature': value }))

  test('holds the time and one signature', async () => {
    expect(await withHeader(`t=${time},v1=${good}`)).toMatchObject({ signedAt: NOW })
  })

  test('holds several signatures, of which one fits', async () => {
    expect(await withHeader(`t=${time},v1=${'0'.repeat(64)},v0=abc,v1=${good}`)).toMatchObject({ secret: 0 })
    expect(await withHeader(`t=${time},v1=${'0'.repeat(64)},v0=${good}`)).toBe('WEBHOOK_UNVERIFIED')
  })

  test('holds exactly one time', async () => {
    expect(await withHeader(`v1=${good}`)).toBe('WEBHOOK_UNVERIFIED')
    expect(await withHeader(`t=${time},t=${time},v1=${good}`)).toBe('WEBHOOK_UNVERIFIED')
  })

  test('fits either of two secrets', async () => {
    const given = delivery('{}', { 'x-wave-signature': `t=${time},v1=${good}` })
    expect(await verify(options, ['new', 'key'], given)).toMatchObject({ secret: 1 })
    expect(await verify(options, ['key', 'old'], given)).toMatchObject({ secret: 0 })
  })
})

describe('the text of a signature', () => {
  const options = { secret: (secret: string) => secret, header: 'x-signature' } as const

  test('is compared as it is written: no other spelling of the same bytes passes', async () => {
    const hex = sign('key', '{}')
    const base64 = Buffer.from(hex, 'hex').toString('base64')
    expect(await verify(options, 'key', delivery('{}', { 'x-signature': hex }))).toMatchObject({ secret: 0 })
    for (const other of [hex.toUpperCase(), `${hex}zz`, `0x${hex}`, `${hex}, ${hex}`, base64]) {
      expect(await verify(options, 'key', delivery('{}', { 'x-signature': other })), other).toBe('WEBHOOK_UNVERIFIED')
    }
    const inBase64 = { ...options, encoding: 'base64' } as const
    expect(await verify(inBase64, 'key', delivery('{}', { 'x-signature': base64 }))).toMatchObject({ secret: 0 })
    // These decode to the same bytes.
    const urlSafe = base64.replaceAll('+', '-').replaceAll('/', '_')
    const spellings = [
      base64.replace('=', ''),
      `${base64}=`,
      ` \t${base64.slice(0, 9)}\n${base64.slice(9)}`,
      `${base64.slice(0, 5)}%${base64.slice(5)}`,
    ]
    for (const other of urlSafe === base64 ? spellings : [...spellings, urlSafe]) {
      const given = { body: Buffer.from('{}'), headers: new Map([['x-signature', other]]), receivedAt: NOW }
      expect(await verify(inBase64, 'key', given), other).toBe('WEBHOOK_UNVERIFIED')
    }
  })

  test('is refused when its header is huge, without looking into it', async () => {
    const hex = sign('key', '{}')
    const many = Array.from({ length: 200_000 }, () => 'f'.repeat(64)).join(' ')
    const listed = { ...options, separator: ' ' } as const
    expect(await verify(listed, 'key', delivery('{}', { 'x-signature': `${many} ${hex}` }))).toBe('WEBHOOK_UNVERIFIED')
    expect(await verify(listed, 'key', delivery('{}', { 'x-signature': `${'f'.repeat(64)} ${hex}` }))).toMatchObject({
      secret: 0,
    })
  })

  test('is that of an empty body too', async () => {
    expect(await verify(options, 'key', delivery('', { 'x-signature': sign('key', '') }))).toMatchObject({ secret: 0 })
    expect(await verify(options, 'key', delivery('', { 'x-signature': sign('key', '{}') }))).toBe('WEBHOOK_UNVERIFIED')
  })

  test('covers bytes, also those that are no text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (body) => {
        const hex = createHmac('sha256', 'key').update(body).digest('hex')
        expect(await verify(options, 'key', delivery(body, { 'x-signature': hex }))).toMatchObject({ secret: 0 })
      }),
    )
  })
})

describe('a secret that is missing', () => {
  const options = { header: 'x-signature' } as const
  const signedWithNothing = delivery('{}', { 'x-signature': sign('', '{}') })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['an empty text', ''],
    ['no bytes', new Uint8Array()],
    ['an empty list', []],
    ['a list of nothing', [undefined, null, '']],
  ])('verifies nothing and asks for configuration: %s', async (_name, secret) => {
    expect(await verify({ ...options, secret: () => secret }, undefined, signedWithNothing)).toBe('CONFIG_INVALID')
  })

  test('does not make the other one useless, nor let in what is signed with nothing', async () => {
    const both = { ...options, secret: () => ['', 'key'] }
    const good = delivery('{}', { 'x-signature': sign('key', '{}') })
    expect(await verify(both, undefined, good)).toMatchObject({ secret: 0 })
    expect(await verify(both, undefined, signedWithNothing)).toBe('WEBHOOK_UNVERIFIED')
  })
})

test('a refusal tells neither secret, nor signature, nor body', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('', 'abc', 'f'.repeat(64), 'f'.repeat(5000)), async (signature) => {
      const verifier = hmacSha256({
        secret: () => 'very-secret',
        header: 'x-signature',
        timestamp: 'x-time',
        message: 'body+timestamp',
      })
      const headers = { 'x-signature': signature, 'x-time': '1658248023' }
      try {
        await verifier.check(delivery('{"private":1}', headers), undefined, NOW)
        expect.unreachable()
      } catch (error) {
        const text = error instanceof Error ? `${error.message} ${JSON.stringify(error)}` : ''
        expect(text).toMatch(/not verified/)
        expect(text).not.toMatch(/very-secret|private|1658248023|fff|abc/)
      }
    }),
  )
})
