import { IntegrationError } from '@unioneyes/core'

/** Which hosts an integration may talk to, decided once from its definition and settings. */
export interface HostPins {
  /** The URL that paths are relative to; ends with a slash. */
  readonly base: URL
  /** A path or whole URL as the URL to ask. @throws IntegrationError RESPONSE_INVALID for a host that is not allowed. */
  resolve(target: string): URL
  /** Whether a URL may be asked. */
  allows(url: URL): boolean
}

/** What decides the hosts. */
export interface HostRules {
  readonly provider: string
  /** The adapter's base URL. */
  readonly baseUrl: string
  /** Further hosts of the adapter; ignored when the app replaces the base URL. */
  readonly hosts: readonly string[]
  /** The app's replacement of the base URL. */
  readonly override: string | undefined
}

/**
 * Pins an integration to its hosts. Only HTTPS is allowed, except for a base URL that the app itself replaced; then nothing
 * but that one origin is, so that a sandbox is never left.
 *
 * @throws IntegrationError CONFIG_INVALID when the base URL is not one.
 */
export function pinHosts(rules: HostRules): HostPins {
  const { provider, override } = rules
  const base = parseBase(provider, override ?? rules.baseUrl)
  if (override === undefined && base.protocol !== 'https:') {
    throw new IntegrationError('CONFIG_INVALID', `The base URL of ${provider} must use https.`, { provider })
  }
  const hosts = override === undefined ? rules.hosts.map((host) => host.toLowerCase()) : []

  const allows = (url: URL): boolean => {
    if (url.username !== '' || url.password !== '') return false
    if (url.origin === base.origin) return true
    if (url.protocol !== 'https:' || url.port !== '') return false
    return hosts.some((host) => (host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host))
  }

  return {
    base,
    allows,
    resolve(target) {
      // A leading slash would leave the base URL's path, and two would name another host.
      const url = URL.parse(/^[a-z][a-z\d+.-]*:/i.test(target) ? target : target.replace(/^[\\/]+/, ''), base.href)
      if (url && allows(url)) return url
      throw new IntegrationError(
        'RESPONSE_INVALID',
        `A request of ${provider} to ${url ? `the host ${url.host}` : 'something that is not a URL'} was refused before it was sent: only ${[base.host, ...hosts].join(', ')} may be asked.`,
        { provider },
      )
    },
  }
}

function parseBase(provider: string, text: string): URL {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new IntegrationError('CONFIG_INVALID', `The base URL of ${provider} is not an http(s) URL.`, { provider })
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}
