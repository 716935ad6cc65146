/** What goes wrong with one request. Plain data, so that it can be sent to a sandbox in another process. */
export type Fault =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' }
  | {
      readonly kind: 'throttled'
      readonly retryAfterSeconds: number | undefined
      readonly as: 'seconds' | 'date'
    }
  | { readonly kind: 'serverError'; readonly status: number }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string
    }
  | { readonly kind: 'html200' }
  | { readonly kind: 'truncate'; readonly bytes: number; readonly cutConnection: boolean }
  | { readonly kind: 'wrongShape'; readonly body: unknown }
  | { readonly kind: 'repeatPage'; readonly whole: boolean }
  | { readonly kind: 'shufflePage'; readonly seed: number }
  | { readonly kind: 'dropItems'; readonly count: number }

/** Makes faults. */
export const fault = {
  /** Waits before anything else happens. Adds to whatever other fault the request meets. */
  latency: (ms: number): Fault => ({ kind: 'latency', ms }),
  /** Drops the connection without an answer. */
  reset: (): Fault => ({ kind: 'reset' }),
  /** Takes the request and never answers. */
  hang: (): Fault => ({ kind: 'hang' }),
  /** Refuses in the vendor's own words for "too many requests"; without seconds, without a `Retry-After`. */
  throttled: (
    options: { retryAfterSeconds?: number | undefined; as?: 'seconds' | 'date' | undefined } = {},
  ): Fault => ({
    kind: 'throttled',
    retryAfterSeconds: options.retryAfterSeconds,
    as: options.as ?? 'seconds',
  }),
  /** Fails in the vendor's own words. */
  serverError: (status = 500): Fault => ({ kind: 'serverError', status }),
  /** Answers exactly this. */
  status: (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Fault => ({
    kind: 'status',
    status,
    headers,
    body,
  }),
  /** Answers 200 with a web page, as a proxy or a login wall would. */
  html200: (): Fault => ({ kind: 'html200' }),
  /**
   * Cuts the body after so many bytes. The answer still ends properly, with invalid content; with `cutConnection` it
   * announces its full length and the connection drops instead.
   */
  truncate: (bytes: number, options: { cutConnection?: boolean | undefined } = {}): Fault => ({
    kind: 'truncate',
    bytes,
    cutConnection: options.cutConnection ?? false,
  }),
  /** Answers valid JSON that is not what was asked for. */
  wrongShape: (body: unknown = { unexpected: true }): Fault => ({ kind: 'wrongShape', body }),
  /**
   * Shows the items of the previous answer to the same path again, in place of this page's own; with `whole` the whole
   * previous answer, page token included. Waits for a request that has a previous answer.
   */
  repeatPage: (options: { whole?: boolean | undefined } = {}): Fault => ({
    kind: 'repeatPage',
    whole: options.whole ?? false,
  }),
  /** Puts the items of the page into another order. */
  shufflePage: (seed = 1): Fault => ({ kind: 'shufflePage', seed }),
  /** Leaves out the last items of the page. */
  dropItems: (count = 1): Fault => ({ kind: 'dropItems', count }),
}
