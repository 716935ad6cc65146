import { z } from 'zod'
import { property } from '../own-fields.ts'

const token = z.string().trim().min(1)

/**
 * The credentials that make an OAuth grant, to spread into an adapter's credentials: `z.object({ ...grantFields })`. They are
 * renewed in place. Where a provider accepts a key too, say with {@link hasGrant} that one of the two must be there.
 */
export const grantFields = {
  accessToken: token.optional(),
  refreshToken: token.optional(),
  /** When the access token ends, in milliseconds since 1970; left out where nobody said. */
  expiresAt: z.number().optional(),
  /** The scopes that were granted, as the provider wrote them. */
  scope: z.string().optional(),
} as const

/** Whether credentials hold an OAuth grant. */
export function hasGrant(credentials: unknown): boolean {
  return property(credentials, 'accessToken') !== undefined || property(credentials, 'refreshToken') !== undefined
}
