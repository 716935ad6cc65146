import { createHmac } from 'node:crypto'
import { IntegrationError, unverified } from '@unioneyes/core'
import type { WebhookDelivery } from '@unioneyes/core'
import { toMs } from '../duration.ts'
import type { Duration } from '../duration.ts'
import { isSameText } from './same-text.ts'
import { readSigned } from './signed-header.ts'
import type { TimestampPlace } from './signed-header.ts'
import type { SigningSecret, Verifier } from './verifier.ts'

/** The parts of a signed message, in their order. The body goes in as it came. */
export type SignedMessage = (delivery: WebhookDelivery, timestamp: string) => readonly (string | Uint8Array)[]

/** What every HMAC scheme has to say. */
export interface HmacSecretAndHeader<Secrets> {
  /**
   * The secret in what the host hands over; while it is being changed two of them, the current one first. Empty ones do not
   * count.
   */
  readonly secret: (
    secrets: Secrets,
  ) => SigningSecret | readonly (SigningSecret | null | undefined)[] | null | undefined
  /** The header with the signature. */
  readonly header: string
  /** How the signature is written; hex is lower case. @default 'hex' */
  readonly encoding?: 'hex' | 'base64' | undefined
  /** What stands before each signature: `'v0='`. With a {@link separator}, others are passed over. @default '' */
  readonly prefix?: string | undefined
  /** What stands between several signatures in the header: `' '` or `','`. @default the header holds one signature */
  readonly separator?: string | undefined
}

/** A scheme that signs no time. */
export interface HmacOfBody<Secrets> extends HmacSecretAndHeader<Secrets> {
  /** @default 'body' */
  readonly message?: 'body' | SignedMessage | undefined
  readonly timestamp?: undefined
}

/** A scheme that signs the time of sending, in whole seconds since 1970, along with the body. */
export interface HmacOfBodyAndTime<Secrets> extends HmacSecretAndHeader<Secrets> {
  /** What is signed: `'body+timestamp'` without anything between, `'timestamp.body'` with a full stop; or its parts. */
  readonly message: 'body+timestamp' | 'timestamp.body' | SignedMessage
  /** The header with the time; or what stands before it in the signature's own header: `{ prefix: 't=' }`. */
  readonly timestamp: TimestampPlace
  /** How far from now the time may be, either way. @default '5m' */
  readonly tolerance?: Duration | undefined
}

/** How deliveries are signed with HMAC-SHA256. */
export type HmacOptions<Secrets> = HmacOfBody<Secrets> | HmacOfBodyAndTime<Secrets>

const MESSAGES: Readonly<Record<'body' | 'body+timestamp' | 'timestamp.body', SignedMessage>> = {
  body: ({ body }) => [body],
  'body+timestamp': ({ body }, timestamp) => [body, timestamp],
  'timestamp.body': ({ body }, timestamp) => [timestamp, '.', body],
}

/**
 * Verifies deliveries that are signed with HMAC-SHA256. The signature we expect is written as the provider writes it and the
 * two texts are compared in constant time: decoding what came would let many other texts pass.
 */
export function hmacSha256<Secrets>(options: HmacOptions<Secrets>): Verifier<Secrets> {
  const { secret, header, message = 'body', encoding = 'hex', prefix = '', separator, timestamp } = options
  const partsOf = typeof message === 'function' ? message : MESSAGES[message]
  const toleranceMs = timestamp === undefined ? undefined : toMs(options.tolerance ?? '5m')
  return {
    signatureHeader: header,
    toleranceMs,
    check: (delivery, secrets, now) => {
      const keys = usable(secret(secrets))
      const { signatures, time } = readSigned({ header, prefix, separator, timestamp }, delivery.headers)
      const signedAt = toleranceMs === undefined ? undefined : checkTime(time, now, toleranceMs)
      const parts = partsOf(delivery, time)
      for (const [index, key] of keys.entries()) {
        const hmac = createHmac('sha256', key)
        for (const part of parts) hmac.update(part)
        const expected = prefix + hmac.digest(encoding)
        if (signatures.some((one) => isSameText(one, expected))) {
          return { scheme: 'hmac-sha256', signedAt, secret: index }
        }
      }
      throw unverified('its signature is another one')
    },
  }
}

// An empty key would let anyone sign, and is what an unset variable looks like.
function usable(
  given: SigningSecret | readonly (SigningSecret | null | undefined)[] | null | undefined,
): readonly SigningSecret[] {
  const list = typeof given === 'string' || given instanceof Uint8Array ? [given] : (given ?? [])
  const keys = list.flatMap((key) => (key === null || key === undefined || key.length === 0 ? [] : [key]))
  if (keys.length > 0) return keys
  throw new IntegrationError(
    'CONFIG_INVALID',
    'No webhook secret is configured, so no delivery can be verified: save it with the credentials of the connection.',
  )
}

// At most so many digits as a time in this age has, so that nothing else is taken for one.
const WHOLE_SECONDS = /^\d{1,11}$/

function checkTime(time: string, now: number, toleranceMs: number): number {
  if (!WHOLE_SECONDS.test(time)) throw unverified('its signed time is none')
  const signedAt = Number(time) * 1000
  if (Math.abs(now - signedAt) <= toleranceMs) return signedAt
  throw unverified(
    `it was signed more than ${String(toleranceMs / 1000)} s ${signedAt < now ? 'ago' : 'ahead of our clock'}`,
  )
}
