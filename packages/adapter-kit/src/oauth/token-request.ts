import type { OAuthClient } from '@unioneyes/core'

/** A token request as it is sent. */
export interface TokenRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A token request with the app's client where the provider wants it. */
export function tokenRequest(
  client: OAuthClient,
  clientAuth: 'basic' | 'body',
  grant: Readonly<Record<string, string>>,
): TokenRequest {
  const { clientId, clientSecret } = client
  const form = new URLSearchParams(grant)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  // A public client has nothing to prove itself with, so only its name goes along.
  if (clientAuth === 'basic' && clientSecret !== undefined) {
    const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`, 'utf8').toString('base64')
    return { headers: { ...headers, authorization: `Basic ${basic}` }, body: form.toString() }
  }
  form.set('client_id', clientId)
  if (clientSecret !== undefined) form.set('client_secret', clientSecret)
  return { headers, body: form.toString() }
}

// RFC 6749, 2.3.1: both are encoded as in a form before they are joined by a colon.
const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
