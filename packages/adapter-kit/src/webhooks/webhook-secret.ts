import { z } from 'zod'

const secret = z.string().trim().min(1)

/** A webhook secret in a schema of credentials: one, or while it is being changed a list of two, the current one first. */
export function webhookSecret() {
  return z.union([secret, z.array(secret).min(1).max(2)])
}
