import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  createVault,
  generateVaultKey,
  isSealed,
  VAULT_KEYS_VARIABLE,
  vaultFromEnvironment,
} from '../src/vault/credential-vault.ts'
import type { ConnectionRef } from '../src/vault/credential-vault.ts'

const owner = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default' }
const credentials = { apiKey: 'a secret', nested: { list: [1, null, 'é😀'] } }
const bytes = randomBytes(32)
const vault = createVault({ keys: { k1: bytes } })

/** Names as an attacker would choose them: made of what separates names in JSON, in paths and in SQL. */
const hostileName = fc.oneof(
  fc.constantFrom(
    'a',
    'a","b',
    '","',
    '"]',
    '["',
    'a\\',
    '\\"',
    "'; drop table x; --",
    '../x',
    '\u0000',
    '\ud800',
    '',
    ' ',
  ),
  fc
    .array(fc.constantFrom('a', 'b', '"', ',', '\\', '[', ']', '.', '\ud83d'), { maxLength: 8 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const hostileOwner = fc.record({ organizationId: hostileName, provider: hostileName, connection: hostileName })

describe('sealing and opening', () => {
  test('any JSON object comes back, for any owner', async () => {
    await fc.assert(
      fc.asyncProperty(hostileOwner, fc.dictionary(fc.string(), fc.jsonValue()), async (key, value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        const sealed = await vault.seal(key, value)
        expect(isSealed(sealed)).toBe(true)
        expect(await vault.open(key, sealed)).toEqual(plain)
      }),
    )
  })

  test('a connection left out is the default one', async () => {
    const { organizationId, provider } = owner
    expect(await vault.open(owner, await vault.seal({ organizationId, provider }, credentials))).toEqual(credentials)
    expect(await vault.open({ organizationId, provider }, await vault.seal(owner, credentials))).toEqual(credentials)
  })

  test('a key called __proto__ stays an ordinary key', async () => {
    const value = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>
    const opened = await vault.open(owner, await vault.seal(owner, value))
    expect(Object.keys(opened)).toEqual(['__proto__'])
    expect(opened.admin).toBeUndefined()
  })

  test('never uses an initialization vector twice', async () => {
    const seen = new Set<string>()
    for (let count = 0; count < 10_000; count += 1) {
      const [, , , iv = ''] = (await vault.seal(owner, {})).split('.')
      expect(iv).toHaveLength(16)
      seen.add(iv)
    }
    expect(seen.size).toBe(10_000)
  })

  test.each([['text'], [42], [null], [undefined], [['a']], [{ big: 1n }]])('refuses to seal %s', async (value) => {
    const given = value as Record<string, unknown>
    await expect(vault.seal(owner, given)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('must be an object that JSON can hold'),
    })
  })
})

describe('a sealed value opens nowhere else', () => {
  test('not for another organization, provider or connection, however they are named', async () => {
    await fc.assert(
      fc.asyncProperty(hostileOwner, hostileOwner, async (from, to) => {
        fc.pre(
          from.organizationId !== to.organizationId ||
            from.provider !== to.provider ||
            from.connection !== to.connection,
        )
        const sealed = await vault.seal(from, credentials)
        await expect(vault.open(to, sealed)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      }),
      { numRuns: 500 },
    )
  })

  test.each<[string, Partial<ConnectionRef>]>([
    ['organization', { organizationId: 'org_2' }],
    ['provider', { provider: 'workday' }],
    ['connection', { connection: 'second' }],
  ])('not when moved to another %s', async (_what, other) => {
    const sealed = await vault.seal(owner, credentials)
    await expect(vault.open({ ...owner, ...other }, sealed)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/sealed for another organization or connection.*Save the connection again/),
    })
  })

  test('not when the names read the same once they are joined', async () => {
    for (const by of [',', '","', '.', '/', ':', '\0', '']) {
      const from = { organizationId: 'a', provider: ['b', 'c'].join(by), connection: 'd' }
      const to = { organizationId: ['a', 'b'].join(by), provider: 'c', connection: 'd' }
      const sealed = await vault.seal(from, credentials)
      await expect(vault.open(to, sealed)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
  })
})

describe('a changed value does not open', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0é'

  test('whatever one character is replaced by, wherever it stands', async () => {
    const sealed = await vault.seal(owner, { k: 'v' })
    for (let at = 0; at < sealed.length; at += 1) {
      for (const character of alphabet) {
        if (character === sealed[at]) continue
        const changed = sealed.slice(0, at) + character + sealed.slice(at + 1)
        await expect(vault.open(owner, changed), `${String(at)} ${character}`).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
        })
      }
    }
  })

  test('whatever is cut out, put in, or appended', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(200), fc.nat(10), fc.string({ maxLength: 4 }), async (at, cut, put) => {
        const sealed = await vault.seal(owner, credentials)
        const start = at % (sealed.length + 1)
        const changed = sealed.slice(0, start) + put + sealed.slice(start + cut)
        fc.pre(changed !== sealed)
        await expect(vault.open(owner, changed)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      }),
      { numRuns: 500 },
    )
  })

  test('nor under another key id with the same key', async () => {
    const twice = createVault({ keys: { k1: bytes, k2: bytes }, current: 'k1' })
    const sealed = await twice.seal(owner, credentials)
    await expect(twice.open(owner, sealed.replace('.k1.', '.k2.'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('what a person reads when a value does not open', () => {
  test.each(['{"apiKey":"plain"}', 'plain', '', 'sealed.v1', 'sealed.v2.k1.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA'])(
    'plain credentials (%s): that they must be sealed, and how',
    async (text) => {
      expect(isSealed(text)).toBe(false)
      await expect(vault.open(owner, text)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        provider: 'bamboohr',
        retryable: false,
        message: expect.stringMatching(/bamboohr connection "default" are not sealed.*await vault\.seal\(/),
      })
    },
  )

  test('a key this vault does not have: which, and what to do', async () => {
    const other = createVault({ keys: { old: generateVaultKey() } })
    await expect(vault.open(owner, await other.seal(owner, credentials))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/key "old", which this vault does not have\. Add that key to the vault, or save/),
    })
  })

  test('another key of the same id', async () => {
    const other = createVault({ keys: { k1: generateVaultKey() } })
    await expect(vault.open(owner, await other.seal(owner, credentials))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('another key of the same id'),
    })
  })
})

describe('a vault does not start without a usable key', () => {
  test('none: says how to make one', () => {
    expect(() => createVault({ keys: {} })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => createVault({ keys: {} })).toThrow(/has no key\. Make one with: node -e/)
  })

  test.each([0, 16, 31, 33, 64])('of %i bytes', (length) => {
    for (const key of [randomBytes(length), randomBytes(length).toString('base64')]) {
      expect(() => createVault({ keys: { k1: key } })).toThrow(
        new RegExp(`has ${String(length)} bytes; AES-256 needs 32`),
      )
      expect(() => {
        createVault({ keys: { k1: bytes } }).rotate('k2', key)
      }).toThrow(/AES-256 needs 32/)
    }
  })

  test.each(['', 'a b', 'a.b', 'ü', 'k'.repeat(33)])('with the id %j', (id) => {
    expect(() => createVault({ keys: { [id]: bytes } })).toThrow(/key id is 1 to 32 letters/)
  })

  test('with several keys and no word on which one seals', () => {
    expect(() => createVault({ keys: { k1: bytes, k2: randomBytes(32) } })).toThrow(/Say with `current`/)
    expect(() => createVault({ keys: { k1: bytes }, current: 'k2' })).toThrow(/Say with `current`/)
  })

  test('takes a key as bytes, base64, base64url or hex, all the same', async () => {
    const sealed = await vault.seal(owner, credentials)
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      expect(await createVault({ keys: { k1: bytes.toString(encoding) } }).open(owner, sealed)).toEqual(credentials)
    }
  })

  test('keeps its own copy of the key', async () => {
    const given = randomBytes(32)
    const own = createVault({ keys: { k1: given } })
    const sealed = await own.seal(owner, credentials)
    given.fill(0)
    expect(await own.open(owner, sealed)).toEqual(credentials)
  })
})

describe('rotation while running', () => {
  test('seals with the new key, opens both, and says which values are stale', async () => {
    const rotating = createVault({ keys: { k1: generateVaultKey() } })
    const before = await rotating.seal(owner, credentials)
    expect(rotating.isStale(before)).toBe(false)

    rotating.rotate('k2', generateVaultKey())
    const after = await rotating.seal(owner, credentials)
    expect([rotating.isStale(before), rotating.isStale(after)]).toEqual([true, false])
    expect(after).toContain('.k2.')
    expect(await rotating.open(owner, before)).toEqual(credentials)
    expect(await rotating.open(owner, after)).toEqual(credentials)
  })

  test('values sealed at any moment of any number of rotations open at the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('seal', 'rotate'), { maxLength: 20 }), async (steps) => {
        const rotating = createVault({ keys: { k0: generateVaultKey() } })
        const sealed: string[] = []
        let rotations = 0
        for (const step of steps) {
          if (step === 'rotate') rotating.rotate(`k${String((rotations += 1))}`, generateVaultKey())
          else sealed.push(await rotating.seal(owner, { at: rotations }))
        }
        for (const text of sealed) {
          const { at } = await rotating.open(owner, text)
          expect(rotating.isStale(text)).toBe(at !== rotations)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('refuses an id that another key has, and goes on as before', async () => {
    const rotating = createVault({ keys: { k1: bytes } })
    const sealed = await rotating.seal(owner, credentials)
    expect(() => {
      rotating.rotate('k1', generateVaultKey())
    }).toThrow(/has another key "k1" already/)
    expect(await rotating.open(owner, sealed)).toEqual(credentials)
    rotating.rotate('k1', bytes)
    expect(rotating.isStale(sealed)).toBe(false)
  })

  test('a plain value is stale', () => {
    expect(vault.isStale('{"apiKey":"plain"}')).toBe(true)
  })
})

describe('vaultFromEnvironment', () => {
  afterEach(() => vi.unstubAllEnvs())
  const [first, second] = [generateVaultKey(), generateVaultKey()]
  const from = (text: string | undefined): ReturnType<typeof vaultFromEnvironment> =>
    vaultFromEnvironment({ [VAULT_KEYS_VARIABLE]: text })

  test('one key', async () => {
    const sealed = await from(`k1:${first}`).seal(owner, credentials)
    expect(await createVault({ keys: { k1: first } }).open(owner, sealed)).toEqual(credentials)
  })

  test('several keys, the first of which seals, with blanks around', async () => {
    const both = from(` 2:${second} , 1:${first} `)
    const old = await createVault({ keys: { 1: first } }).seal(owner, credentials)
    expect(await both.open(owner, old)).toEqual(credentials)
    expect(both.isStale(old)).toBe(true)
    expect(await both.seal(owner, credentials)).toContain('.2.')
  })

  test.each([
    ['nothing', undefined, /is not set, so credentials cannot be sealed\. Make one with: node -e/],
    ['blanks', '  ', /is not set/],
    ['no id', first, /must read id:key, several separated by commas/],
    ['an empty id', `:${first}`, /must read id:key/],
    ['a trailing comma', `k1:${first},`, /must read id:key/],
    ['an empty key', 'k1:', /has 0 bytes/],
    ['one id twice', `k1:${first},k1:${second}`, /names one key id twice/],
  ])('refuses %s', (_what, text, message) => {
    expect(() => from(text)).toThrow(message)
    expect(() => from(text)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  test('reads the environment of the process when none is given', async () => {
    vi.stubEnv(VAULT_KEYS_VARIABLE, `k1:${first}`)
    const sealed = await vaultFromEnvironment().seal(owner, credentials)
    expect(await createVault({ keys: { k1: first } }).open(owner, sealed)).toEqual(credentials)
    vi.stubEnv(VAULT_KEYS_VARIABLE, undefined)
    expect(() => vaultFromEnvironment()).toThrow(/is not set/)
  })

  test('the command in its message makes a usable variable', async () => {
    const message = (() => {
      try {
        from(undefined)
      } catch (error) {
        return String(error)
      }
      return ''
    })()
    const script = /node -e "(.+?)" and set/.exec(message)?.[1] ?? ''
    const text = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })
    expect(isSealed(await from(text).seal(owner, credentials))).toBe(true)
  })
})
