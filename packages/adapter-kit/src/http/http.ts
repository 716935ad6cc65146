import type { StandardSchema } from '@unioneyes/core'
import type { RequestOptions } from './request-options.ts'

/** A request whose answer is checked. */
export interface CheckedRequestOptions<Output> extends RequestOptions {
  /** What the answer must look like. */
  readonly schema: StandardSchema<unknown, Output>
}

/**
 * Asks the provider: signed, throttled, retried, pinned to the allowed hosts. Paths are relative to the API's base URL; a
 * whole URL is accepted when its host is allowed. Every method throws `IntegrationError` only.
 */
export interface Http {
  /** The parsed JSON of a GET, checked by the schema when one is given. */
  get<Output>(path: string, options: CheckedRequestOptions<Output>): Promise<Output>
  get(path: string, options?: RequestOptions): Promise<unknown>
  /** The parsed JSON of a POST, checked by the schema when one is given. */
  post<Output>(path: string, options: CheckedRequestOptions<Output>): Promise<Output>
  post(path: string, options?: RequestOptions): Promise<unknown>
}
