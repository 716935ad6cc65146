import { IntegrationError } from '@unioneyes/core'
import type { BaseIntegration, HealthCheckResult, IntegrationErrorCode } from '@unioneyes/core'
import { AcmeIntegration, acmeAdapter } from './acme-adapter.ts'
import { property } from './acme-requests.ts'
import type { AcmeAnswer } from './acme-requests.ts'
import { broken } from './gallery.ts'
import type { BrokenAdapter } from './gallery.ts'

const empty = { people: [] }

/** An adapter that takes an answer of this status for an empty last page. */
function endsAt(hazard: string, status: number, name: string): BrokenAdapter {
  return broken(
    hazard,
    name,
    class extends AcmeIntegration {
      override errorOf(answer: AcmeAnswer) {
        return answer.status === status && answer.url.includes('after=') ? undefined : super.errorOf(answer)
      }
      override parse(answer: AcmeAnswer) {
        return answer.status === status && answer.url.includes('after=') ? empty : super.parse(answer)
      }
    },
  )
}

/** Adapters that ask wrongly, or take refusals wrongly. */
export const brokenRequests = [
  broken(
    'truncated',
    'takes what does not parse for an empty page',
    class extends AcmeIntegration {
      override parseText(text: string) {
        try {
          return super.parseText(text)
        } catch {
          return empty
        }
      }
    },
  ),
  broken(
    'not-json',
    'takes a web page for an empty page',
    class extends AcmeIntegration {
      override parse(answer: AcmeAnswer) {
        const isJson = (answer.headers.get('content-type') ?? '').includes('json')
        return isJson || answer.status !== 200 ? super.parse(answer) : empty
      }
    },
  ),
  broken(
    'wrong-shape',
    'takes an answer without people for nobody',
    class extends AcmeIntegration {
      override itemsOf(answer: AcmeAnswer) {
        return property(answer.body, 'people') === undefined ? [] : super.itemsOf(answer)
      }
    },
  ),
  endsAt('server-error', 500, 'takes a failing provider for the end'),
  endsAt('forbidden', 403, 'takes a missing permission for the end'),
  endsAt('unauthorized-midway', 401, 'takes refused credentials for the end'),
  broken(
    'dropped-connection',
    'lets the error of the HTTP library out',
    class extends AcmeIntegration {
      override networkError() {
        return new TypeError('fetch failed')
      }
    },
  ),
  broken(
    'throttled',
    'tries again at once',
    class extends AcmeIntegration {
      override waitAfter(answer: AcmeAnswer, attempt: number) {
        const waitMs = super.waitAfter(answer, attempt)
        return answer.headers.get('retry-after') === '7' ? 0 : waitMs
      }
    },
  ),
  broken(
    'throttled-until',
    'does not read a date',
    class extends AcmeIntegration {
      override retryAfterOf(answer: AcmeAnswer) {
        const ms = super.retryAfterOf(answer)
        return /^\d+$/.test(answer.headers.get('retry-after') ?? '1') ? ms : 0
      }
    },
  ),
  broken(
    'long-wait',
    'sleeps for an hour',
    class extends AcmeIntegration {
      override waitAfter(answer: AcmeAnswer, attempt: number) {
        return answer.status === 429 ? this.retryAfterOf(answer) : super.waitAfter(answer, attempt)
      }
    },
  ),
  broken(
    'long-wait',
    'does not say when to come back',
    class extends AcmeIntegration {
      override refusal(code: IntegrationErrorCode, message: string, { status }: { readonly status?: number } = {}) {
        return super.refusal(code, message, { status })
      }
    },
  ),
  broken(
    'own-limit',
    'does not hold back',
    class extends AcmeIntegration {
      override async takeTurn() {}
    },
  ),
  broken(
    'revoked',
    'tries a refused key again and again',
    class extends AcmeIntegration {
      override async ask(url: string, signal: AbortSignal | undefined): Promise<AcmeAnswer> {
        for (let times = 1; ; times += 1) {
          try {
            return await super.ask(url, signal)
          } catch (error) {
            if (times === 4 || !IntegrationError.is(error, 'AUTH_FAILED')) throw error
          }
        }
      }
    },
  ),
  broken(
    'health',
    'is always healthy',
    class extends AcmeIntegration {
      override async healthCheck(): Promise<HealthCheckResult> {
        const health = await super.healthCheck()
        return health.status === 'needs_reconnect' && !this.hasRead ? { status: 'healthy' } : health
      }
      hasRead = false
      override read(...given: Parameters<AcmeIntegration['read']>) {
        this.hasRead = true
        return super.read(...given)
      }
    },
  ),
  broken(
    'health-in-an-outage',
    'asks for new credentials whenever something fails',
    class extends AcmeIntegration {
      override healthAfter() {
        return 'needs_reconnect' as const
      }
    },
  ),
  broken(
    'cancelled-between-pages',
    'looks at its signal in requests only, and hands them none between pages',
    class extends AcmeIntegration {
      override stopIfCancelled() {}
      override fetchOptions(signal: AbortSignal | undefined) {
        return super.fetchOptions(signal?.aborted === true ? undefined : signal)
      }
    },
  ),
  broken(
    'cancelled-while-waiting',
    'sleeps deaf',
    class extends AcmeIntegration {
      override sleep(ms: number) {
        return super.sleep(ms, undefined)
      }
    },
  ),
  broken(
    'cancelled-in-a-request',
    'lets a request go on',
    class extends AcmeIntegration {
      override fetchOptions() {
        return super.fetchOptions(undefined)
      }
    },
  ),
  broken(
    'next-link',
    'follows a link anywhere',
    class extends AcmeIntegration {
      override checkHost() {}
    },
  ),
  broken(
    'redirect',
    'follows redirects anywhere',
    class extends AcmeIntegration {
      override fetchOptions(signal: AbortSignal | undefined) {
        return { ...super.fetchOptions(signal), redirect: 'follow' as const }
      }
    },
  ),
  broken(
    'secret-in-errors',
    'repeats what the provider says',
    class extends AcmeIntegration {
      override errorOf(answer: AcmeAnswer) {
        const error = super.errorOf(answer)
        if (!error) return undefined
        const { code, status, retryAfterMs } = error
        return new IntegrationError(code, `${error.message} ${answer.text}`, { status, retryAfterMs })
      }
    },
  ),
  broken(
    'secret-in-errors',
    'keeps its request in the cause of an error',
    class extends AcmeIntegration {
      override errorOf(answer: AcmeAnswer) {
        const error = super.errorOf(answer)
        if (!error) return undefined
        const { code, message, status, retryAfterMs } = error
        const cause = { request: { authorization: Buffer.from(`key:${this.key}`).toString('base64') } }
        return new IntegrationError(code, message, { status, retryAfterMs, cause })
      }
    },
  ),
  broken(
    'secret-in-logs',
    'logs its headers',
    class extends AcmeIntegration {
      override async exchange(url: string, signal: AbortSignal | undefined) {
        this.context.logger.debug({ headers: this.headers() }, 'Asking acme')
        return super.exchange(url, signal)
      }
    },
  ),
  broken(
    'secret-in-logs',
    'prints answers',
    class extends AcmeIntegration {
      override errorOf(answer: AcmeAnswer) {
        if (answer.text.includes(this.key)) console.warn(answer.text)
        return super.errorOf(answer)
      }
    },
  ),
  broken(
    'secret-in-urls',
    'signs in the URL',
    class extends AcmeIntegration {
      override async exchange(url: string, signal: AbortSignal | undefined) {
        const signed = new URL(url)
        signed.searchParams.set('key', this.key)
        return { ...(await super.exchange(signed.href, signal)), url }
      }
    },
  ),
  broken(
    'unknown-entity',
    'has people for every question',
    class extends AcmeIntegration {
      override read(entity: string, options = {}) {
        return super.read(entity === 'teams' ? entity : 'people', options)
      }
    },
  ),
  broken(
    'citations',
    'greets a server that the sandbox does not know',
    class extends AcmeIntegration {
      override async connect() {
        await super.connect()
        await fetch(this.urlOf('v9/hello'), { headers: this.headers() }).catch(() => undefined)
      }
    },
  ),
  sharing('tenancy', 'talks to whoever connected last'),
  sharing('tenancy', 'signs with the key of whoever connected last'),
]

/** An adapter whose integrations share what belongs to one organization. */
function sharing(hazard: string, name: string): BrokenAdapter {
  const sharesKey = name.includes('key')
  return {
    hazard,
    name,
    entity: 'people',
    make() {
      const connected: Sharing[] = []
      class Sharing extends AcmeIntegration {
        override async connect() {
          await super.connect()
          connected.push(this)
        }
        override urlOf(path: string): string {
          const last = connected.at(-1) ?? this
          return last === this || sharesKey ? super.urlOf(path) : last.urlOf(path)
        }
        override get key(): string {
          const last = connected.at(-1) ?? this
          return last === this || !sharesKey ? super.key : last.key
        }
      }
      return acmeAdapter((): BaseIntegration => new Sharing())
    },
  }
}
