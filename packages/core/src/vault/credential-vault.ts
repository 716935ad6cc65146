import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import { IntegrationError } from '../integration-error.ts'
import type { ConnectionKey } from '../ports/keys.ts'

/** Seals credentials so that they open only for the connection they belong to. */
export interface CredentialVault {
  /** Encrypts a connection's credentials; the result goes into `integration_configs.credentials`. */
  seal(key: ConnectionRef, credentials: Readonly<Record<string, unknown>>): Promise<string>
  /** @throws IntegrationError CONFIG_INVALID for a plain value, an unknown key, or a value sealed for another connection. */
  open(key: ConnectionRef, sealed: string): Promise<Record<string, unknown>>
  /** Whether a value was sealed with another key than the current one. */
  isStale(sealed: string): boolean
  /**
   * Adds a key and seals with it from now on; values under older keys still open.
   *
   * @throws IntegrationError CONFIG_INVALID when the id belongs to another key already.
   */
  rotate(keyId: string, key: string | Uint8Array): void
}

/** A connection key whose connection name may be left out. */
export type ConnectionRef = Omit<ConnectionKey, 'connection'> & { readonly connection?: string | undefined }

/** The keys of a vault. */
export interface VaultOptions {
  /** Keys of 32 bytes by id: bytes, or base64 or hex text. */
  readonly keys: Readonly<Record<string, string | Uint8Array>>
  /** The key to seal with. @default the only key */
  readonly current?: string | undefined
}

const PREFIX = 'sealed.v1'
// Shorter than a key in any notation, so that a key given in the id's place is refused before a message could show it.
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/

/**
 * A vault on AES-256-GCM. The organization, provider and connection are authenticated with every value.
 *
 * @throws IntegrationError CONFIG_INVALID without a usable key: a vault never starts open.
 */
export function createVault(options: VaultOptions): CredentialVault {
  const keys = new Map<string, Uint8Array>()
  for (const [id, key] of Object.entries(options.keys)) keys.set(checkKeyId(id), toKeyBytes(id, key))
  let current = options.current ?? (keys.size === 1 ? [...keys.keys()][0] : undefined)
  if (keys.size === 0) throw invalid(`The credential vault has no key. ${HOW_TO_MAKE_ONE}`)
  if (current === undefined || !keys.has(current)) {
    throw invalid('Say with `current` which key of the credential vault seals new values: the id of one of its keys.')
  }

  return {
    seal: async (key, credentials) => Promise.resolve(seal(currentKey(), key, credentials)),
    open: async (key, sealed) => Promise.resolve(open(keys, key, sealed)),
    isStale: (sealed) => readSealed(sealed)?.keyId !== current,
    rotate(id, key) {
      const bytes = toKeyBytes(checkKeyId(id), key)
      const present = keys.get(id)
      if (present && !timingSafeEqual(present, bytes)) {
        throw invalid(
          `The vault has another key "${id}" already, and values under it would no longer open. Use a new id.`,
        )
      }
      keys.set(id, bytes)
      current = id
    },
  }

  function currentKey(): { id: string; bytes: Uint8Array } {
    const id = current ?? ''
    const bytes = keys.get(id)
    if (!bytes) throw invalid(`The credential vault lost its key "${id}".`)
    return { id, bytes }
  }
}

/** The variable that {@link vaultFromEnvironment} reads. */
export const VAULT_KEYS_VARIABLE = 'INTEGRATIONS_VAULT_KEYS'

const HOW_TO_MAKE_ONE = `Make one with: node -e "console.log('k1:' + require('crypto').randomBytes(32).toString('base64'))" and set ${VAULT_KEYS_VARIABLE} to it.`

/**
 * A vault whose keys stand in `INTEGRATIONS_VAULT_KEYS` as `id:base64`, several separated by commas; the first one seals.
 *
 * @throws IntegrationError CONFIG_INVALID when the variable is missing or malformed.
 */
export function vaultFromEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): CredentialVault {
  const text = environment[VAULT_KEYS_VARIABLE]?.trim() ?? ''
  if (text === '')
    throw invalid(`${VAULT_KEYS_VARIABLE} is not set, so credentials cannot be sealed. ${HOW_TO_MAKE_ONE}`)
  const entries = text.split(',').map((entry): [string, string] => {
    const colon = entry.indexOf(':')
    if (colon < 1) throw invalid(`${VAULT_KEYS_VARIABLE} must read id:key, several separated by commas.`)
    return [entry.slice(0, colon).trim(), entry.slice(colon + 1).trim()]
  })
  const keys = new Map(entries)
  if (keys.size < entries.length)
    throw invalid(`${VAULT_KEYS_VARIABLE} names one key id twice. Give every key its own id.`)
  return createVault({ keys: Object.fromEntries(keys), current: entries[0]?.[0] })
}

/** A fresh random key, as base64 text. */
export function generateVaultKey(): string {
  return randomBytes(32).toString('base64')
}

/** Whether a text looks like what a vault seals. */
export function isSealed(value: string): boolean {
  return readSealed(value) !== undefined
}

function seal(key: { id: string; bytes: Uint8Array }, owner: ConnectionRef, value: unknown): string {
  const plain = toPlainText(owner, value)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv)
  cipher.setAAD(associatedData(key.id, owner))
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return [PREFIX, key.id, iv.toString('base64url'), sealed.toString('base64url')].join('.')
}

function toPlainText(owner: ConnectionRef, credentials: unknown): string {
  try {
    if (isPlainObject(credentials)) return JSON.stringify(credentials)
  } catch {
    // What the serializer says may quote the value.
  }
  throw invalid(`The credentials of the ${describeOwner(owner)} must be an object that JSON can hold.`, owner.provider)
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describeOwner(owner: ConnectionRef): string {
  return `${owner.provider} connection "${owner.connection ?? 'default'}"`
}

function open(keys: ReadonlyMap<string, Uint8Array>, owner: ConnectionRef, text: string): Record<string, unknown> {
  const where = describeOwner(owner)
  const parts = readSealed(text)
  if (!parts) {
    throw invalid(
      `The credentials of the ${where} are not sealed. Write what \`await vault.seal({ organizationId, provider, connection }, credentials)\` returns, never plain values.`,
      owner.provider,
    )
  }
  const key = keys.get(parts.keyId)
  if (!key) {
    throw invalid(
      `The credentials of the ${where} were sealed with key "${parts.keyId}", which this vault does not have. Add that key to the vault, or save the connection again.`,
      owner.provider,
    )
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, parts.iv)
    decipher.setAAD(associatedData(parts.keyId, owner))
    decipher.setAuthTag(parts.sealed.subarray(-16))
    const plain = Buffer.concat([decipher.update(parts.sealed.subarray(0, -16)), decipher.final()])
    const value: unknown = JSON.parse(plain.toString('utf8'))
    if (isPlainObject(value)) return { ...value }
  } catch {
    // The library's own error says nothing a reader could use, and nothing of it may leak.
  }
  throw invalid(
    `The credentials of the ${where} do not open: they were sealed for another organization or connection, with another key of the same id, or were changed. Save the connection again.`,
    owner.provider,
  )
}

function readSealed(text: string): { keyId: string; iv: Uint8Array; sealed: Uint8Array } | undefined {
  const [kind, version, keyId, iv, sealed, ...rest] = text.split('.')
  if (`${kind ?? ''}.${version ?? ''}` !== PREFIX || rest.length > 0) return undefined
  if (keyId === undefined || !KEY_ID.test(keyId)) return undefined
  const bytes = { keyId, iv: fromBase64Url(iv), sealed: fromBase64Url(sealed) }
  return bytes.iv.length === 12 && bytes.sealed.length >= 16 ? bytes : undefined
}

// Node reads many spellings of the same bytes; only the one that `seal` writes counts, so that a changed text never opens.
function fromBase64Url(text = ''): Uint8Array {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : Buffer.alloc(0)
}

// JSON keeps the parts apart whatever characters they hold.
function associatedData(keyId: string, owner: ConnectionRef): Uint8Array {
  return Buffer.from(
    JSON.stringify([PREFIX, keyId, owner.organizationId, owner.provider, owner.connection ?? 'default']),
  )
}

function checkKeyId(id: string): string {
  if (!KEY_ID.test(id)) throw invalid('A vault key id is 1 to 32 letters, digits, "-" or "_".')
  return id
}

function toKeyBytes(id: string, key: string | Uint8Array): Uint8Array {
  const bytes =
    typeof key !== 'string' ? Uint8Array.from(key) : Buffer.from(key, /^[0-9a-f]{64}$/i.test(key) ? 'hex' : 'base64')
  if (bytes.length !== 32) {
    throw invalid(`The vault key "${id}" has ${String(bytes.length)} bytes; AES-256 needs 32. ${HOW_TO_MAKE_ONE}`)
  }
  return bytes
}

function invalid(message: string, provider?: string): IntegrationError {
  return new IntegrationError('CONFIG_INVALID', message, { provider })
}
