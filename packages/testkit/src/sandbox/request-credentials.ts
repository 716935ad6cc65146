import type { SandboxRequest } from './sandbox-definition.ts'

/** User and password of HTTP Basic (RFC 7617), for API keys and OAuth clients; undefined when a request has none. */
export function basicCredentials(
  request: SandboxRequest,
): { readonly user: string; readonly password: string } | undefined {
  const encoded = credentialsAfter('basic', request)
  if (encoded === undefined) return undefined
  const [user = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':')
  return { user, password: rest.join(':') }
}

/** The bearer token of a request (RFC 6750); undefined when it has none. */
export function bearerToken(request: SandboxRequest): string | undefined {
  return credentialsAfter('bearer', request)
}

// The scheme's letters may be of either case (RFC 9110, 11.1).
function credentialsAfter(scheme: string, { headers }: SandboxRequest): string | undefined {
  const [given, credentials] = (headers.authorization ?? '').split(' ')
  return given?.toLowerCase() === scheme && credentials !== '' ? credentials : undefined
}
