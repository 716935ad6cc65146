import type { ConnectionKey } from '@unioneyes/core'
import type { BoundHttp, HttpBinding } from './http/bound-http.ts'

/** A connected integration as its entities see it: one organization's settings, and a way to ask the provider. */
export interface Session<S> {
  readonly key: ConnectionKey
  readonly settings: S
  /** A client that counts what one read costs and stops when its signal aborts. */
  http(binding?: HttpBinding): BoundHttp
}
