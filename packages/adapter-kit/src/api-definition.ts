import type { IntegrationErrorCode } from '@unioneyes/core'
import type { z } from 'zod'
import type { DeclaredLimits } from './declared-limit.ts'
import type { Http } from './http/http.ts'
import type { Auth } from './oauth/oauth2.ts'

/** An answer as the callbacks of {@link ApiDefinition} see it. */
export interface AnswerView {
  readonly status: number
  readonly headers: Headers
  /** The body as text; of an error at most its first 64 KiB. */
  readonly text: () => string
  /** The body as JSON, or undefined when it is something else. */
  readonly jsonOrNothing: () => unknown
}

/** What an adapter knows about a refusal, beyond its status. */
export interface RefusalDetail {
  /** @default decided by the status */
  readonly code?: IntegrationErrorCode | undefined
  /** The provider's own words, shown shortened and without credentials. */
  readonly message?: string | undefined
  /** The status that says the same, where the provider answers with another one: 404 for a record that it does not have. */
  readonly status?: number | undefined
  /** How long to wait before asking again, in milliseconds, where no header says it. */
  readonly retryAfterMs?: number | undefined
}

/** Environment variables by the credential or setting they hold. */
export type EnvironmentNames<C extends z.ZodObject, S extends z.ZodObject> = Readonly<
  Partial<Record<keyof C['shape'] | keyof S['shape'], string | undefined>>
>

/** How failed requests are repeated. */
export interface RetryRules {
  /** How often a request is sent at most. @default 4 */
  readonly attempts?: number | undefined
  /** The longest first wait, doubled from attempt to attempt, in milliseconds. @default 500 */
  readonly baseDelayMs?: number | undefined
  /** The longest wait that the provider did not ask for, in milliseconds. @default 30_000 */
  readonly maxDelayMs?: number | undefined
}

/** One provider's API: where it lives, how to sign in, how fast we may go. */
export interface ApiDefinition<C extends z.ZodObject, S extends z.ZodObject> {
  /** Secret; sealed in the vault. */
  readonly credentials: C
  /** Plain. @default none */
  readonly settings?: S | undefined
  /** Environment variables that hold a connection of the app's own. */
  readonly env?: EnvironmentNames<C, S> | undefined
  /** The URL that paths are relative to. Build it from a fixed suffix and settings checked with `dnsLabel()` only. */
  readonly baseUrl: string | ((settings: z.output<S>) => string)
  /** Further hosts that may be asked: exact names, or `*.example.com` for any host below. @default only the base URL's */
  readonly hosts?: readonly string[] | undefined
  /** The headers that sign a request, as a function called for every attempt; or OAuth 2.0, as data. */
  readonly auth: Auth<z.output<C>, z.output<S>>
  /**
   * How fast the provider may be asked: one limit, or several that all hold. A path that a limit names in `each` is counted
   * by itself, and its 429 holds up that path only.
   */
  readonly rateLimit: DeclaredLimits<z.output<S>>
  /** How many requests of a connection may be under way at once, counted in one process. @default any number */
  readonly concurrency?: number | undefined
  /** Asks something cheap that only works when the connection does. */
  readonly check: (http: Http, context: { readonly settings: z.output<S> }) => Promise<unknown>
  /** Sent with every request. @default accept: application/json */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Recognizes a vendor's own way to say "slow down", beside status 429: true to obey its `Retry-After`, or a number of
   * milliseconds to wait.
   */
  readonly throttled?: ((answer: AnswerView) => boolean | number | undefined) | undefined
  /** Reads what a refusal (a status of 400 or more) says; undefined when it says nothing known. */
  readonly readError?: ((answer: AnswerView) => RefusalDetail | undefined) | undefined
  /**
   * Whether an answer with a status of success may be a refusal too: `readError` is then asked about those of up to 64 KiB. It
   * gives undefined for what is none, and should give the status that the refusal stands for. @default false
   */
  readonly errorsInSuccess?: boolean | undefined
  /** How long one attempt may take, its body included, in milliseconds. @default 60_000 */
  readonly timeoutMs?: number | undefined
  /** The largest body that is read, after decompression. @default 32 MiB */
  readonly maxResponseBytes?: number | undefined
  readonly retry?: RetryRules | undefined
}
