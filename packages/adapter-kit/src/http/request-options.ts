/** Query parameters. An undefined one is left out; a list repeats its name. */
export type Query = Readonly<
  Record<string, string | number | bigint | boolean | readonly (string | number)[] | null | undefined>
>

/** What a single request may say beside its path. */
export interface RequestOptions {
  readonly query?: Query | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  /** Aborts the request and every wait before it. @default the signal of the read it belongs to */
  readonly signal?: AbortSignal | undefined
  /** Whether the request may be sent again after a failure. @default true for GET and HEAD, false otherwise */
  readonly retry?: boolean | undefined
  /** Statuses that mean "nothing here": the answer is then undefined. 204 and 205 always do. */
  readonly emptyOn?: readonly number[] | undefined
}

/** Adds parameters to a URL; one of the same name that is already there is replaced. */
export function addQuery(url: URL, query: Query): void {
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    url.searchParams.delete(name)
    for (const part of typeof value === 'object' ? value : [value]) url.searchParams.append(name, String(part))
  }
}
