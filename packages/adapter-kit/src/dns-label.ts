import { z } from 'zod'

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * One DNS label: the part of a host name that an organization may choose (`acme` in `acme.example.com`). Letters become
 * lower case; anything that could name another host (dots, slashes, `@`, ports, other scripts) is refused.
 */
export function dnsLabel() {
  return z
    .string()
    .transform((text) => text.trim().toLowerCase())
    .pipe(z.string().regex(LABEL, 'expected one part of a host name: letters, digits and inner hyphens, at most 63'))
}
