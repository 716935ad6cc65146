import type { SandboxClockOptions, SandboxRateLimit } from '@unioneyes/testkit'
import type { transactionTypes } from './object-types.ts'
import type { TokenOptions } from './oauth.ts'
import type { WebhookOptions } from './webhooks.ts'

/** Types of objects that the fact sheet counts as transactions. */
export type TransactionType = (typeof transactionTypes)[number]

/** What companies to imitate, and which of the vendor's habits where there is more than one. */
export interface QuickbooksSandboxOptions extends SandboxClockOptions {
  /** The ids of the companies. Each has the numbers below, with other contents under the same ids. @default [sandboxRealmId] */
  readonly realms?: readonly string[] | undefined
  /** The same seed gives the same companies. @default 1 */
  readonly seed?: number | undefined
  /** A million is possible: no row is kept in memory until it is changed. @default 40 */
  readonly invoices?: number | undefined
  /** @default 25 */
  readonly payments?: number | undefined
  /** @default 20 */
  readonly customers?: number | undefined
  /** @default 20 */
  readonly accounts?: number | undefined
  /** How many in all, spread evenly over the ten types, or how many of each. @default 40 */
  readonly transactions?: number | Readonly<Partial<Record<TransactionType, number>>> | undefined
  /** How many rows share one `LastUpdatedTime`, as after an import. @default 3 */
  readonly sameSecond?: number | undefined
  /** Over how many days rows were last changed. @default 400 */
  readonly historyDays?: number | undefined
  /** How long before the start the last of them was changed, in hours. @default 24 */
  readonly quietHours?: number | undefined
  /** @default 'CAD' */
  readonly homeCurrency?: 'CAD' | 'USD' | undefined
  /** Whether companies deal in several currencies, so that rows have rates and home amounts. @default true */
  readonly multiCurrency?: boolean | undefined
  /** Gives every tenth invoice an amount of sixteen digits. @default false */
  readonly longAmounts?: boolean | undefined
  /** The token server. @default an hour for an access token, and another refresh token each day */
  readonly oauth?: TokenOptions | undefined
  /** How deliveries look and what they are signed with. */
  readonly webhooks?: WebhookOptions | undefined
  /** What becomes of a MAXRESULTS over 1000: cut to it, or refused. The vendor does not say. @default 'capped' */
  readonly tooManyResults?: 'capped' | 'fault' | undefined
  /** Whether pages state how many rows fit the query in all, as some recorded ones do. @default false */
  readonly totals?: boolean | undefined
  /** The status of code 610, for an object that is not there. The vendor does not say. @default 400 */
  readonly notFoundStatus?: 400 | 404 | undefined
  /** Whether a change at exactly `changedSince` is in the changes. The vendor does not say. @default 'inclusive' */
  readonly changedSince?: 'inclusive' | 'exclusive' | undefined
  /** Whether the changes tell of a name that was merged into another. The vendor does not say. @default 'deleted' */
  readonly mergedInChanges?: 'deleted' | 'absent' | undefined
  /** Who words a 401: the API, or the gateway before it, which writes `fault` and `error` in lower case. @default 'api' */
  readonly unauthorizedBy?: 'api' | 'gateway' | undefined
  readonly rateLimit?: SandboxRateLimit | undefined
  /** Whether refusals for too many requests say when to come back. The vendor documents no `Retry-After`. @default false */
  readonly retryAfter?: boolean | undefined
  /** The status of such refusals: 429, or 403 as in 2016. @default 429 */
  readonly throttling?: 429 | 403 | undefined
  /** Refuses more than `most` requests at a time; each then takes `answerMs`. @default no limit; 10 ms */
  readonly concurrency?: { readonly most: number; readonly answerMs?: number | undefined } | undefined
  /** How much memory answers may be kept in to be sent again, in bytes. @default 192 MiB */
  readonly cacheBytes?: number | undefined
}

/** The company of a sandbox unless told otherwise. */
export const sandboxRealmId = '9341457021722202'
