/** What went wrong, as a stable word a program can act on. */
export type IntegrationErrorCode =
  | 'CONFIG_INVALID'
  | 'AUTH_FAILED'
  | 'PERMISSION_DENIED'
  | 'RATE_LIMITED'
  | 'CIRCUIT_OPEN'
  | 'PROVIDER_UNAVAILABLE'
  | 'REQUEST_REJECTED'
  | 'RESPONSE_INVALID'
  | 'CURSOR_EXPIRED'
  | 'WEBHOOK_UNVERIFIED'
  | 'UNSUPPORTED'
  | 'LEASE_BUSY'
  | 'LEASE_LOST'
  | 'INTERRUPTED'
  | 'CANCELLED'
  | 'STORE_UNAVAILABLE'
  | 'STORE_INVALID'
  /** An exception of the app's own code or of an adapter: a bug, and not the provider's. */
  | 'UNEXPECTED'

const RETRYABLE: ReadonlySet<IntegrationErrorCode> = new Set([
  'RATE_LIMITED',
  'CIRCUIT_OPEN',
  'PROVIDER_UNAVAILABLE',
  'CURSOR_EXPIRED',
  'LEASE_BUSY',
  'LEASE_LOST',
  'INTERRUPTED',
  'CANCELLED',
  'STORE_UNAVAILABLE',
])

/** What an {@link IntegrationError} may say beside its code and message. */
export interface IntegrationErrorDetails {
  readonly provider?: string | undefined
  readonly entity?: string | undefined
  /** HTTP status of the provider's answer, where there was one. */
  readonly status?: number | undefined
  /** Whether the same call may succeed later. @default decided by the code */
  readonly retryable?: boolean | undefined
  /** How long to wait before trying again, in milliseconds. */
  readonly retryAfterMs?: number | undefined
  /** What exactly is wrong, one line each (schema issues, missing variables). */
  readonly issues?: readonly string[] | undefined
  readonly cause?: unknown
}

const MARKER = Symbol.for('@unioneyes/core/IntegrationError')

/**
 * The one error class of the framework. Its message says what failed, for which provider and entity, and what to do; it
 * never holds a query, header, body or secret. Check with {@link IntegrationError.is}, which works across copies of the package.
 */
export class IntegrationError extends Error {
  readonly code: IntegrationErrorCode
  readonly provider: string | undefined
  readonly entity: string | undefined
  readonly status: number | undefined
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly issues: readonly string[]

  constructor(code: IntegrationErrorCode, message: string, details: IntegrationErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'IntegrationError'
    this.code = code
    this.provider = details.provider
    this.entity = details.entity
    this.status = details.status
    this.retryable = details.retryable ?? RETRYABLE.has(code)
    this.retryAfterMs = details.retryAfterMs
    this.issues = details.issues ?? []
    Object.defineProperty(this, MARKER, { value: true })
  }

  /** Whether a caught value is an {@link IntegrationError}, optionally with one of the given codes. */
  static is(value: unknown, ...codes: readonly IntegrationErrorCode[]): value is IntegrationError {
    if (typeof value !== 'object' || value === null || !(MARKER in value)) return false
    return codes.length === 0 || ('code' in value && codes.some((code) => code === value.code))
  }
}
