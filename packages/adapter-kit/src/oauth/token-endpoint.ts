import { IntegrationError } from '@unioneyes/core'
import type { HostPins } from '../http/host-pins.ts'

/**
 * The URL of a token endpoint. A whole URL names its host in the adapter's definition and is no link that a provider sent; the
 * app's replacement of the base URL stands for it too, so that a sandbox is never left.
 *
 * @throws IntegrationError CONFIG_INVALID when it is no HTTPS URL.
 */
export function tokenEndpoint(target: string, pins: HostPins, isReplaced: boolean, provider: string): URL {
  if (!/^[a-z][a-z\d+.-]*:/i.test(target)) return pins.resolve(target)
  const url = URL.parse(target)
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new IntegrationError('CONFIG_INVALID', `The token URL of ${provider} is not an https URL.`, { provider })
  }
  return isReplaced ? pins.resolve(`${url.pathname}${url.search}`) : url
}
