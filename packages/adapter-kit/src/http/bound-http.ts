import { IntegrationError, checkSchema } from '@unioneyes/core'
import type { StandardSchema } from '@unioneyes/core'
import type { Answer } from './answer.ts'
import type { CheckedRequestOptions, Http } from './http.ts'
import { addQuery } from './request-options.ts'
import type { RequestOptions } from './request-options.ts'
import type { RequestPipeline } from './request-pipeline.ts'
import { UsageMeter } from './usage-meter.ts'

/** What a client is bound to. */
export interface HttpBinding {
  readonly entity?: string | undefined
  readonly signal?: AbortSignal | undefined
}

type Method = 'GET' | 'POST'

/** The client of one read: its requests carry the read's signal and are counted on its meter. */
export class BoundHttp implements Http {
  readonly meter = new UsageMeter()
  readonly #pipeline: RequestPipeline
  readonly #binding: HttpBinding
  #providerDate: Date | undefined

  constructor(pipeline: RequestPipeline, binding: HttpBinding = {}) {
    this.#pipeline = pipeline
    this.#binding = binding
  }

  /** The provider's own time at its latest answer; undefined before the first, and where it never said. */
  get providerDate(): Date | undefined {
    return this.#providerDate
  }

  get<Output>(path: string, options: CheckedRequestOptions<Output>): Promise<Output>
  get(path: string, options?: RequestOptions): Promise<unknown>
  get(path: string, options?: RequestOptions & { schema?: StandardSchema }): Promise<unknown> {
    return this.#json('GET', path, options)
  }

  post<Output>(path: string, options: CheckedRequestOptions<Output>): Promise<Output>
  post(path: string, options?: RequestOptions): Promise<unknown>
  post(path: string, options?: RequestOptions & { schema?: StandardSchema }): Promise<unknown> {
    return this.#json('POST', path, options)
  }

  /**
   * Sends a request and works on its answer. `consume` belongs to the attempt: when the body turns out to be cut off, both
   * are repeated.
   */
  send<T>(
    method: Method,
    path: string,
    options: RequestOptions,
    consume: (answer: Answer) => T | Promise<T>,
  ): Promise<T> {
    const url = this.#pipeline.resolve(path)
    if (options.query) addQuery(url, options.query)
    return this.#pipeline.send(
      {
        method,
        url,
        headers: options.headers ?? {},
        body: options.body === undefined ? undefined : JSON.stringify(options.body),
        signal: options.signal ?? this.#binding.signal,
        retry: options.retry ?? method === 'GET',
        emptyOn: options.emptyOn ?? [],
        meter: this.meter,
        entity: this.#binding.entity,
      },
      (answer) => {
        this.#providerDate = answer.date ?? this.#providerDate
        return consume(answer)
      },
    )
  }

  async #json(
    method: Method,
    path: string,
    options: RequestOptions & { schema?: StandardSchema | undefined } = {},
  ): Promise<unknown> {
    const { schema, ...request } = options
    const body = await this.send(method, path, request, (answer) => answer.json())
    if (!schema) return body
    const result = await checkSchema(schema, body)
    if (!result.issues) return result.value
    const { provider } = this.#pipeline
    throw new IntegrationError(
      'RESPONSE_INVALID',
      `The answer to ${method} ${this.#pipeline.resolve(path).pathname} does not have the expected shape: ${result.issues.slice(0, 5).join('; ')}. Report it to the adapter.`,
      { provider, entity: this.#binding.entity, issues: result.issues },
    )
  }
}
