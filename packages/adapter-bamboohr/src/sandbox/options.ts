import type { SandboxClockOptions, SandboxRateLimit } from '@unioneyes/testkit'
import type { TokenOptions } from './oauth.ts'

/** What company to imitate, and which of the vendor's habits where there is more than one. */
export interface BamboohrSandboxOptions extends SandboxClockOptions {
  /** How many people work there. A million is possible: nobody is kept in memory until changed. @default 50 */
  readonly people?: number | undefined
  /** The same seed gives the same people. @default 1 */
  readonly seed?: number | undefined
  /** @default 8 */
  readonly departments?: number | undefined
  /** @default 3 */
  readonly divisions?: number | undefined
  /** @default 6 */
  readonly locations?: number | undefined
  /** @default 16 */
  readonly jobTitles?: number | undefined
  /** Ids count up from here. @default 101 */
  readonly firstEmployeeId?: number | undefined
  /** The key that is let in. @default sandboxApiKey */
  readonly apiKey?: string | undefined
  /** The token server. @default an hour for an access token, and a refresh token good for one use */
  readonly oauth?: TokenOptions | undefined
  /** Refuses `GET /api/v1/employees` with 403 to API keys, as the specification's security section reads. @default false */
  readonly listingRefused?: boolean | undefined
  /** Which optional fields that endpoint knows: those of the specification of April 2026, or the later ones too. @default 'later' */
  readonly employeeFields?: 'specification' | 'later' | undefined
  /** Whether a change at exactly `since` is in the changes. The vendor does not say. @default 'inclusive' */
  readonly changedSince?: 'inclusive' | 'exclusive' | undefined
  /** Writes `employeeId` as a number: ids are text in some endpoints and numbers in others. @default 'text' */
  readonly employeeIdAs?: 'text' | 'number' | undefined
  /** How leave is written: as recorded, with text for every scalar and a list for an empty map, or as specified. @default 'recorded' */
  readonly leaveAs?: 'recorded' | 'specification' | undefined
  /** How deliveries of field-based webhooks look: as documented in 2026, or as one captured in 2022. @default 'documented' */
  readonly fieldWebhooksAs?: 'documented' | 'captured' | undefined
  /** `signed`: every listing shows each photo under another, time-limited address, as the real one does. @default 'none' */
  readonly photos?: 'none' | 'signed' | undefined
  /** How too many requests are refused: since September 2026 with 429, before that with 503. @default 429 */
  readonly throttling?: 429 | 503 | undefined
  readonly rateLimit?: SandboxRateLimit | undefined
  /** How much memory answers may be kept in to be sent again, in bytes. @default 192 MiB */
  readonly cacheBytes?: number | undefined
}

/** The API key a sandbox lets in unless told otherwise: 40 hex characters, as the vendor's are. */
export const sandboxApiKey = '5a4db0c5a4db0c5a4db0c5a4db0c5a4db0c50000'
