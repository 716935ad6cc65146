import { setTimeout as pause } from 'node:timers/promises'
import type { SandboxDialect, SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import type { Provider } from './company.ts'
import { toAnswerTime } from './moments.ts'
import type { QuickbooksSandboxOptions } from './options.ts'
import { toRowText } from './wire-values.ts'

/** A refusal in the vendor's words (IntuitRestServiceDef.xsd: Fault, Error; sheet: Errors). */
export interface FaultWords {
  readonly code: string
  readonly type: string
  readonly message: string
  readonly detail: string
  /** Words it as the gateway before the API does: `fault` and `error` in lower case (sheet: Errors). */
  readonly gateway?: boolean | undefined
}

/** A refusal for the next requests to a company. */
export interface NextFault {
  /** @default '3200' */
  readonly code?: string | undefined
  /** 200 is possible: answers may carry a fault all the same (sheet: Errors). @default what goes with the code */
  readonly status?: number | undefined
  readonly type?: string | undefined
  readonly message?: string | undefined
  readonly detail?: string | undefined
  readonly gateway?: boolean | undefined
  readonly retryAfterSeconds?: number | undefined
  /** @default 1 */
  readonly times?: number | undefined
}

const namespace = 'http://schema.intuit.com/finance/v3'

/** Whether JSON was asked for; otherwise the vendor answers XML (sheet: Base URLs). */
const wantsJson = ({ headers }: SandboxRequest): boolean => headers.accept?.includes('application/json') ?? false

/** An answer of the API. The members come first, then the time at which the request was begun. */
export function answer(
  request: SandboxRequest,
  provider: Provider,
  members: Readonly<Record<string, unknown>>,
  status = 200,
): SandboxResponse {
  const text = toRowText(members)
  const inside = text === '{}' ? '' : `${text.slice(1, -1)},`
  return inJson(request, provider, [Buffer.from(`{${inside}`)], status) ?? inXml(provider, members, status)
}

/** An answer with rows that are written already. */
export function answerRows(
  request: SandboxRequest,
  provider: Provider,
  type: string,
  rows: Buffer,
  attributes: Readonly<Record<string, number>>,
): SandboxResponse {
  const beginning = Buffer.from(`{"QueryResponse":{${JSON.stringify(type)}:[`)
  const end = Buffer.from(`],${JSON.stringify(attributes).slice(1)},`)
  return inJson(request, provider, [beginning, rows, end], 200) ?? inXml(provider, { QueryResponse: {} }, 200)
}

function inJson(
  request: SandboxRequest,
  provider: Provider,
  body: readonly Buffer[],
  status: number,
): SandboxResponse | undefined {
  if (!wantsJson(request)) return undefined
  const time = Buffer.from(`"time":"${toAnswerTime(provider.now())}"}`)
  return { status, headers: { 'content-type': 'application/json;charset=UTF-8' }, body: [...body, time] }
}

// Only enough to be noticed: nothing here reads XML.
function inXml(provider: Provider, members: Readonly<Record<string, unknown>>, status: number): SandboxResponse {
  const inside = Object.keys(members).map((name) => `<${name}/>`)
  const body = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse xmlns="${namespace}" time="${toAnswerTime(provider.now())}">${inside.join('')}</IntuitResponse>`
  return { status, headers: { 'content-type': 'application/xml;charset=UTF-8' }, body }
}

/** A refusal. */
export function refuse(
  request: SandboxRequest,
  provider: Provider,
  status: number,
  words: FaultWords,
): SandboxResponse {
  return answer(request, provider, faultMembers(words), status)
}

function faultMembers({ code, type, message, detail, gateway }: FaultWords): Record<string, unknown> {
  if (gateway === true) {
    const error = [{ message, detail, code, element: null }]
    return { warnings: null, intuitObject: null, fault: { error, type: 'AUTHENTICATION' } }
  }
  return { Fault: { Error: [{ Message: message, Detail: detail, code }], type } }
}

/** A question that cannot be answered (sheet: Errors, code 4001). */
export const invalid = (detail: string): FaultWords => ({
  code: '4001',
  type: 'ValidationFault',
  message: 'Invalid query',
  detail,
})

/** Too many requests (sheet: Limits). */
export const tooMany = (status: number): FaultWords => ({
  code: '3001',
  type: 'SERVICE',
  message: `message=ThrottleExceeded; errorCode=003001; statusCode=${String(status)}`,
  detail: 'The request limit was reached.  Try again later',
})

/** Not signed in (sheet: Errors, code 3200). */
export const unauthenticated = (gateway: boolean): FaultWords => ({
  code: '3200',
  type: 'AuthenticationFault',
  message: 'message=AuthenticationFailed; errorCode=003200; statusCode=401',
  detail: 'Token invalid or expired',
  gateway,
})

/** Signed in to another company (sheet: Errors, code 3100). */
export const unauthorized: FaultWords = {
  code: '3100',
  type: 'AuthorizationFault',
  message: 'message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403',
  detail: 'The application is not authorized for this company',
}

const STATUSES: Readonly<Record<string, number>> = { '3200': 401, '3100': 403, '3001': 429, '4001': 400, '610': 400 }

/** The refusal that waits for this request, if one does. */
export function takeNextFault(request: SandboxRequest, provider: Provider): SandboxResponse | undefined {
  const [next] = provider.nextFaults
  if (!next) return undefined
  const { code = '3200', times = 1 } = next
  if (times <= 1) provider.nextFaults.shift()
  else provider.nextFaults[0] = { ...next, times: times - 1 }
  const status = next.status ?? STATUSES[code] ?? 500
  const usual = usualWords(code, status)
  const refusal = refuse(request, provider, status, {
    code,
    type: next.type ?? usual.type,
    message: next.message ?? usual.message,
    detail: next.detail ?? usual.detail,
    gateway: next.gateway,
  })
  if (next.retryAfterSeconds === undefined) return refusal
  return { ...refusal, headers: { ...refusal.headers, 'retry-after': String(next.retryAfterSeconds) } }
}

function usualWords(code: string, status: number): FaultWords {
  if (code === '3200') return unauthenticated(false)
  if (code === '3100') return unauthorized
  if (code === '3001') return tooMany(status)
  if (code === '4001') return invalid('QueryValidationError')
  return failure(code)
}

// The sheet names no code for a failure of the vendor's own.
const failure = (code = '10000'): FaultWords => ({
  code,
  type: 'SystemFault',
  message: 'An application error has occurred while processing your request',
  detail: 'System Failure Error',
})

/** Answers a request, unless too many are being answered already (sheet: Limits, "10 concurrent"). */
export async function inTurn(
  request: SandboxRequest,
  provider: Provider,
  produce: () => SandboxResponse,
): Promise<SandboxResponse> {
  const { concurrency, throttling = 429 } = provider.options
  if (!concurrency) return produce()
  if (provider.inFlight >= concurrency.most) return refuse(request, provider, throttling, tooMany(throttling))
  provider.inFlight += 1
  try {
    await pause(concurrency.answerMs ?? 10)
    return produce()
  } finally {
    provider.inFlight -= 1
  }
}

/** How the vendor refuses too many requests, and what has no route of its own. */
export function createDialect(options: QuickbooksSandboxOptions, clock: { now(): number }): Partial<SandboxDialect> {
  const { throttling = 429, retryAfter: says = false } = options
  const words = (status: number, fault: FaultWords): SandboxResponse => ({
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: toRowText({ ...faultMembers(fault), time: toAnswerTime(clock.now()) }),
  })
  return {
    throttled(retryAfter) {
      const refusal = words(throttling, tooMany(throttling))
      if (!says || retryAfter === undefined) return refusal
      return { ...refusal, headers: { ...refusal.headers, 'retry-after': retryAfter } }
    },
    failed: (status) => words(status, failure()),
    notFound: () => ({ status: 404 }),
  }
}
