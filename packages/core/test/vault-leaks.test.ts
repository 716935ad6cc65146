import { inspect } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVault, vaultFromEnvironment, VAULT_KEYS_VARIABLE } from '../src/vault/credential-vault.ts'

const owner = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default' }

/** Everything that a logger, a debugger or an HTTP answer could show of a value. */
function everythingOf(value: unknown): string {
  const parts = [
    inspect(value, { depth: 20, showHidden: true, maxStringLength: null }),
    JSON.stringify(value),
    String(value),
  ]
  for (let error = value; error instanceof Error; error = error.cause) parts.push(error.message, error.stack ?? '')
  return parts.join('\n')
}

async function failure(work: () => unknown): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('expected a failure')
}

const secretText = fc
  .tuple(fc.uuid(), fc.string({ maxLength: 8 }), fc.constantFrom('', '"', '\\', '\n', '${x}', '%s'))
  .map((parts) => parts.join(''))
const keyBytes = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((bytes) => new Set(bytes).size > 8)

test('no failure of the vault shows a credential or a key, nor does the vault itself', async () => {
  await fc.assert(
    fc.asyncProperty(secretText, keyBytes, keyBytes, async (secret, key, otherKey) => {
      fc.pre(Buffer.compare(key, otherKey) !== 0)
      const spellings = (bytes: Uint8Array): string[] =>
        (['base64', 'base64url', 'hex'] as const).map((encoding) => Buffer.from(bytes).toString(encoding))
      const [base64 = '', base64url = '', hex = ''] = spellings(key)
      const vault = createVault({ keys: { k1: key } })
      const sealed = await vault.seal(owner, { apiKey: secret })
      const other = createVault({ keys: { k1: otherKey } })
      const unopenable = (text: string): unknown => vault.open(owner, text)

      const failures = await Promise.all(
        [
          () => vault.open({ ...owner, organizationId: 'org_2' }, sealed),
          () => other.open(owner, sealed),
          () => createVault({ keys: { k2: otherKey } }).open(owner, sealed),
          () => unopenable(JSON.stringify({ apiKey: secret })),
          () => unopenable(secret),
          () => unopenable(`sealed.v1.${base64url}.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA`),
          () => unopenable(sealed.slice(0, -1)),
          () => vault.seal(owner, JSON.parse(JSON.stringify([secret]))),
          () => vault.seal(owner, { apiKey: secret, [secret]: 1n }),
          () => vault.seal(owner, cycleWith(secret)),
          () =>
            vault.seal(owner, {
              toJSON: () => {
                throw new Error(secret)
              },
            }),
          () => {
            vault.rotate('k1', otherKey)
          },
          () => {
            vault.rotate('k2', base64.slice(4))
          },
          () => {
            vault.rotate(base64, 'k2')
          },
          () => createVault({ keys: { k1: key.slice(1) } }),
          () => createVault({ keys: { k1: `${hex}00` } }),
          () => createVault({ keys: { [hex]: 'k1' } }),
          () => createVault({ keys: { [base64url]: 'k1' } }),
          () => createVault({ keys: { k1: key }, current: base64 }),
          // Written the wrong way round, or with something missing.
          ...[
            hex,
            base64,
            base64url,
            `${hex}:k1`,
            `${base64}:k1`,
            `${base64url}:k1`,
            `k1:${base64},${hex}`,
            `k1:${base64},k1:${hex}`,
          ].map((text) => () => vaultFromEnvironment({ [VAULT_KEYS_VARIABLE]: text })),
        ].map(failure),
      )

      const shown = [...failures, vault].map(everythingOf).join('\n')
      const forbidden = [
        secret,
        JSON.stringify(secret).slice(1, -1),
        base64,
        base64url,
        hex,
        ...spellings(key.slice(1)),
      ]
      for (const text of forbidden) expect(shown.includes(text), text).toBe(false)
      for (const error of failures) {
        expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
        expect(error).not.toHaveProperty('cause')
      }
    }),
    { numRuns: 50 },
  )
})

function cycleWith(secret: string): Record<string, unknown> {
  const value: Record<string, unknown> = { apiKey: secret }
  value[secret] = value
  return value
}
