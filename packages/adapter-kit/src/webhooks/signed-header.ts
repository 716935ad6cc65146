import { unverified } from '@unioneyes/core'
import type { WebhookHeaders } from '@unioneyes/core'

/** The header that holds a signed time; or what stands before it in the signature's own header. */
export type TimestampPlace = string | { readonly prefix: string }

/** Where signatures and their time stand. */
export interface SignedHeader {
  readonly header: string
  readonly prefix: string
  readonly separator?: string | undefined
  readonly timestamp?: TimestampPlace | undefined
}

/** What the headers say. */
export interface Signed {
  readonly signatures: readonly string[]
  /** Empty where the scheme signs no time. */
  readonly time: string
}

// Room for dozens of signatures; what is longer is no provider's.
const MAX_HEADER_LENGTH = 4096

/** Reads signatures and time. @throws IntegrationError WEBHOOK_UNVERIFIED when one is missing, or the time is there twice. */
export function readSigned(place: SignedHeader, headers: WebhookHeaders): Signed {
  const { header, prefix, separator, timestamp } = place
  const tokens = separator === undefined ? [need(headers, header)] : need(headers, header).split(separator)
  const signatures = tokens.filter((token) => token.startsWith(prefix))
  if (signatures.length === 0) throw unverified(`its ${header} header holds no signature of the expected kind`)
  if (timestamp === undefined) return { signatures, time: '' }
  if (typeof timestamp === 'string') return { signatures, time: need(headers, timestamp) }
  const [time, ...more] = tokens.filter((token) => token.startsWith(timestamp.prefix))
  if (time === undefined || more.length > 0) throw unverified(`its ${header} header does not hold one time`)
  return { signatures, time: time.slice(timestamp.prefix.length) }
}

function need(headers: WebhookHeaders, name: string): string {
  const value = headers.get(name)
  if (value === null || value === undefined || value === '') throw unverified(`it has no ${name} header`)
  if (value.length > MAX_HEADER_LENGTH) throw unverified(`its ${name} header is longer than any signature`)
  return value
}
