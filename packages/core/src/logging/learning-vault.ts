import { splitGrant } from '../grants/grant.ts'
import type { CredentialVault } from '../vault/credential-vault.ts'

/** A vault that shows to `learn` whatever it seals or opens, so that a logger knows what it must not say. */
export function learningVault(vault: CredentialVault, learn: (secrets: unknown) => void): CredentialVault {
  const look = (credentials: Readonly<Record<string, unknown>>): void => {
    // A grant's scopes and times are no secrets, and its scopes are words that messages are made of.
    const { grant, others } = splitGrant(credentials)
    learn([grant.accessToken, grant.refreshToken, others])
  }
  return {
    seal(key, credentials) {
      look(credentials)
      return vault.seal(key, credentials)
    },
    async open(key, sealed) {
      const credentials = await vault.open(key, sealed)
      look(credentials)
      return credentials
    },
    isStale: (sealed) => vault.isStale(sealed),
    rotate(keyId, key) {
      vault.rotate(keyId, key)
    },
  }
}
