import { createHash } from 'node:crypto'
import type { ConnectionKey } from '../ports/keys.ts'
import type { CredentialVault } from '../vault/credential-vault.ts'
import { splitGrant } from './grant.ts'

/**
 * What tells sealed credentials from others but for their grant: a digest of everything else in them. Of credentials that do
 * not open it is the sealed text itself; whoever uses them learns why.
 */
export async function grantless(vault: CredentialVault, key: ConnectionKey, sealed: string): Promise<string> {
  let opened: Readonly<Record<string, unknown>>
  try {
    opened = await vault.open(key, sealed)
  } catch {
    return sealed
  }
  // A digest, so that what is kept to compare is no secret.
  return createHash('sha256')
    .update(JSON.stringify(splitGrant(opened).others))
    .digest('base64')
}
