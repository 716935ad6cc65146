import { jsonResponse } from './sandbox-definition.ts'
import type { SandboxResponse } from './sandbox-definition.ts'

/** A refusal of a token server, as RFC 6749, 5.2 words it. @param error such as `invalid_grant` */
export function oauthError(status: number, error: string, description: string): SandboxResponse {
  return jsonResponse({ error, error_description: description }, status)
}
