/** The headers that sign a request. */
export type AuthHeaders = Readonly<Record<string, string>>

/** An API key in a header of its own: `apiKeyHeader('x-api-key', credentials.apiKey)`. */
export function apiKeyHeader(name: string, value: string): AuthHeaders {
  return { [name]: value }
}

/** HTTP Basic, sent with the first request rather than after a challenge. */
export function basicAuth(user: string, password: string): AuthHeaders {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}` }
}

/** A bearer token. */
export function bearer(token: string): AuthHeaders {
  return { authorization: `Bearer ${token}` }
}
