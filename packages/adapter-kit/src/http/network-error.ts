import { IntegrationError } from '@unioneyes/core'

// What OpenSSL and Node.js call a certificate that does not prove the host. Trying again does not change it.
const CERTIFICATE =
  /^(?:CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|ERR_TLS_CERT|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/

/** The error for a request that got no whole answer: no network, no such host, a bad certificate, a cut connection. */
export function networkError(
  error: unknown,
  request: { readonly provider: string; readonly entity: string | undefined; readonly request: string },
): IntegrationError {
  const { provider, entity } = request
  const code = causeCode(error)
  const certificate = CERTIFICATE.test(code)
  const { what, advice } = certificate
    ? { what: `its TLS certificate was not accepted (${code})`, advice: 'Check the host and the trusted certificates.' }
    : explain(code)
  return new IntegrationError(
    'PROVIDER_UNAVAILABLE',
    `${provider} could not be asked ${request.request}: ${what}. ${advice}`,
    { provider, entity, retryable: !certificate },
  )
}

/** The error for an attempt that took too long. */
export function timeoutError(
  timeoutMs: number,
  request: { readonly provider: string; readonly entity: string | undefined; readonly request: string },
): IntegrationError {
  const { provider, entity } = request
  return new IntegrationError(
    'PROVIDER_UNAVAILABLE',
    `${provider} did not answer ${request.request} within ${String(timeoutMs)} ms. Try again later.`,
    { provider, entity },
  )
}

function explain(code: string): { what: string; advice: string } {
  if (code === 'ENOTFOUND') {
    return { what: 'its host name is unknown (ENOTFOUND)', advice: 'Check the network and the connection settings.' }
  }
  if (code === 'EAI_AGAIN')
    return { what: 'its host name could not be looked up (EAI_AGAIN)', advice: 'Check the network.' }
  if (code === 'ECONNREFUSED') return { what: 'it refused the connection (ECONNREFUSED)', advice: 'Try again later.' }
  return { what: `the connection failed${code === '' ? '' : ` (${code})`}`, advice: 'Try again later.' }
}

// Node's fetch says only "fetch failed" and keeps the reason in a chain of causes, or in a list of attempts.
function causeCode(error: unknown, depth = 0): string {
  if (typeof error !== 'object' || error === null || depth > 5) return ''
  if ('cause' in error && error.cause !== undefined) {
    const code = causeCode(error.cause, depth + 1)
    if (code !== '') return code
  }
  if ('errors' in error && Array.isArray(error.errors)) {
    for (const attempt of error.errors) {
      const code = causeCode(attempt, depth + 1)
      if (code !== '') return code
    }
  }
  return 'code' in error && typeof error.code === 'string' ? error.code.replace(/[^\w-]/g, '').slice(0, 60) : ''
}
