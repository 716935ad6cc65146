import { BaseIntegration, IntegrationError, IntegrationType, parseJsonText } from '@unioneyes/core'
import type { HealthCheckResult, IntegrationErrorCode, IntegrationErrorDetails } from '@unioneyes/core'

/** An answer, read to its end. */
export interface AcmeAnswer {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: unknown
}

const ATTEMPTS = 3

/** What the invented provider allows. */
export const ACME_LIMIT = { requests: 10, per: 'second', source: 'Acme People API 2.1, "Limits"' } as const

/** How the invented provider is asked, in small steps. */
export abstract class AcmeRequests extends BaseIntegration {
  readonly #sent: number[] = []

  constructor() {
    super(IntegrationType.HRIS, 'acme')
  }

  urlOf(path: string): string {
    return new URL(path, `${this.context.baseUrl ?? 'https://api.acme.example'}/`).href
  }

  async ask(url: string, signal: AbortSignal | undefined): Promise<AcmeAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      await this.takeTurn(signal)
      const answer = await this.exchange(url, signal)
      const waitMs = attempt < ATTEMPTS ? this.waitAfter(answer, attempt) : undefined
      if (waitMs !== undefined) {
        await this.sleep(waitMs, signal)
        continue
      }
      const error = this.errorOf(answer)
      if (error) throw error
      return { ...answer, body: this.parse(answer) }
    }
  }

  async takeTurn(signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.context
    const oldest = this.#sent.at(-ACME_LIMIT.requests)
    const waitMs = oldest === undefined ? 0 : oldest + 1000 - clock.now()
    if (waitMs > 0) await clock.sleep(waitMs, signal)
    this.#sent.push(clock.now())
  }

  async exchange(url: string, signal: AbortSignal | undefined): Promise<AcmeAnswer> {
    this.checkHost(url)
    try {
      const response = await fetch(url, { headers: this.headers(), ...this.fetchOptions(signal) })
      const text = this.decode(Buffer.from(await response.arrayBuffer()))
      return { url, status: response.status, headers: response.headers, text, body: undefined }
    } catch (error) {
      if (signal?.aborted === true) throw this.refusal('CANCELLED', 'The read of acme was cancelled.')
      throw this.networkError(error, url)
    }
  }

  checkHost(url: string): void {
    if (new URL(url).origin === new URL(this.urlOf('')).origin) return
    throw this.refusal('RESPONSE_INVALID', 'acme named a page on another host. It was not asked.')
  }

  headers(): Record<string, string> {
    return { accept: 'application/json', 'x-acme-key': this.key }
  }

  get key(): string {
    return this.config.credentials.apiKey ?? ''
  }

  fetchOptions(signal: AbortSignal | undefined): RequestInit {
    return { redirect: 'manual', signal: signal ?? null }
  }

  networkError(_error: unknown, url: string): Error {
    return this.refusal('PROVIDER_UNAVAILABLE', `acme did not answer GET ${new URL(url).pathname}.`)
  }

  decode(bytes: Buffer): string {
    return bytes.toString('utf8')
  }

  waitAfter(answer: AcmeAnswer, attempt: number): number | undefined {
    if (answer.status >= 500) return attempt * 1000
    if (answer.status !== 429) return undefined
    const waitMs = this.retryAfterOf(answer)
    return waitMs > this.context.maxWaitMs ? undefined : waitMs
  }

  retryAfterOf({ headers }: AcmeAnswer): number {
    const value = headers.get('retry-after') ?? '1'
    if (/^\d+$/.test(value)) return Number(value) * 1000
    return Date.parse(value) - Date.parse(headers.get('date') ?? '')
  }

  sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    return this.context.clock.sleep(ms, signal)
  }

  errorOf(answer: AcmeAnswer): IntegrationError | undefined {
    const { status } = answer
    if (status === 200) return undefined
    const code = this.codeOf(status)
    const words = `acme answered ${status} to GET ${new URL(answer.url).pathname}.`
    return this.refusal(code, words, {
      status,
      ...(code === 'RATE_LIMITED' && { retryAfterMs: this.retryAfterOf(answer) }),
    })
  }

  codeOf(status: number): IntegrationErrorCode {
    if (status === 401) return 'AUTH_FAILED'
    if (status === 403) return 'PERMISSION_DENIED'
    if (status === 410) return 'CURSOR_EXPIRED'
    if (status === 429) return 'RATE_LIMITED'
    return status >= 500 ? 'PROVIDER_UNAVAILABLE' : status >= 400 ? 'REQUEST_REJECTED' : 'RESPONSE_INVALID'
  }

  parse(answer: AcmeAnswer): unknown {
    if (!(answer.headers.get('content-type') ?? '').includes('json')) {
      throw this.refusal('RESPONSE_INVALID', 'acme answered something else than JSON.')
    }
    try {
      return this.parseText(answer.text)
    } catch {
      throw this.refusal('RESPONSE_INVALID', 'The answer of acme is cut off.')
    }
  }

  parseText(text: string): unknown {
    return parseJsonText(text)
  }

  healthAfter(error: unknown): HealthCheckResult['status'] {
    return IntegrationError.is(error, 'AUTH_FAILED') ? 'needs_reconnect' : 'unhealthy'
  }

  refusal(code: IntegrationErrorCode, message: string, details: IntegrationErrorDetails = {}): IntegrationError {
    return new IntegrationError(code, message, { provider: 'acme', ...details })
  }
}

/** A property of an unknown value. */
export function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
