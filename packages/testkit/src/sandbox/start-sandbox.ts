import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createFaultBoard } from './fault-board.ts'
import type { FaultBoard } from './fault-board.ts'
import type { Fault } from './fault.ts'
import { createRequestLog } from './request-log.ts'
import type { RequestLog } from './request-log.ts'
import { createRouteTable } from './route-table.ts'
import type {
  SandboxActions,
  SandboxDefinition,
  SandboxDialect,
  SandboxRateLimit,
  SandboxRequest,
  SandboxResponse,
} from './sandbox-definition.ts'
import { createSlidingWindow } from './sliding-window.ts'
import { spoilBody } from './spoil-body.ts'

/** How to run a sandbox. */
export interface StartSandboxOptions {
  /** Replaces the definition's limit; null lifts it. */
  readonly rateLimit?: SandboxRateLimit | null | undefined
  /** Milliseconds, for the rate limit only. @default performance.now */
  readonly now?: (() => number) | undefined
  /** How many requests the log keeps. @default 5000 */
  readonly requestsKept?: number | undefined
}

/** A sandbox that listens on a free port of the loopback interface. */
export interface RunningSandbox<State, Actions extends SandboxActions> extends AsyncDisposable {
  /** `http://127.0.0.1:49152`, without a slash at the end. */
  readonly url: string
  readonly faults: FaultBoard
  readonly requests: RequestLog
  readonly state: State
  readonly actions: Actions
  /** What handlers threw: a mistake in the sandbox, answered with status 599. */
  readonly errors: readonly unknown[]
  /** Stops listening and drops every connection. */
  close(): Promise<void>
}

const BODY_LIMIT = 4 * 1024 * 1024

/** Starts a sandbox in this process. Close it when done; it also works with `await using`. */
export async function startSandbox<State, Actions extends SandboxActions>(
  definition: SandboxDefinition<State, Actions>,
  options: StartSandboxOptions = {},
): Promise<RunningSandbox<State, Actions>> {
  const state = definition.createState()
  const findRoute = createRouteTable(definition.routes)
  const dialect: SandboxDialect = { ...plainDialect, ...definition.dialect }
  const faults = createFaultBoard()
  const requests = createRequestLog(options.requestsKept ?? 5_000)
  const limit = options.rateLimit === undefined ? definition.rateLimit : (options.rateLimit ?? undefined)
  const window = limit && createSlidingWindow(limit)
  const now = options.now ?? (() => performance.now())
  const errors: unknown[] = []
  // What each path answered last, before faults: by reference, so that keeping a large page costs nothing.
  const previous = new Map<string, readonly Uint8Array[]>()
  let url = ''

  async function respond(request: SandboxRequest): Promise<SandboxResponse> {
    const waitMs = window?.admit(now()) ?? 0
    if (waitMs > 0) return dialect.throttled(String(Math.ceil(waitMs / 1000)), request)
    const refused = definition.authenticate?.(request, state)
    if (refused) return refused
    const match = findRoute(request.method, request.path)
    if (!match) return dialect.notFound(request)
    return match.route.handle({ ...request, params: match.params }, state)
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const address = new URL(incoming.url ?? '/', url)
    const request: SandboxRequest = {
      method: incoming.method ?? 'GET',
      path: decodePath(address.pathname),
      query: address.searchParams,
      headers: joinHeaders(incoming),
      params: {},
      body: await readBody(incoming),
      origin: url,
    }
    const open = requests.begin(request, address.search.slice(1))
    outgoing.on('close', () => open.end(undefined, 0))

    const met = faults.take(request, open.number, previous.has(request.path))
    open.faults(met.map(({ kind }) => kind))
    for (const item of met) if (item.kind === 'latency') await pause(item.ms)
    const main = met.find(({ kind }) => kind !== 'latency')
    if (main?.kind === 'hang') return
    if (main?.kind === 'reset') {
      outgoing.destroy()
      return
    }

    const instead = main && answerFault(main, request, dialect)
    const answer = instead ?? (await respond(request))
    const status = answer.status ?? 200
    const whole = toPieces(answer.body)
    let pieces = whole
    if (!instead && status === 200) {
      if (main) pieces = [spoilBody(Buffer.concat(whole), main, previous.get(request.path))]
      previous.set(request.path, whole)
    }
    open.end(status, send(outgoing, status, { ...definition.headers?.(state), ...answer.headers }, pieces, main))
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      errors.push(error)
      // 599 stands in no specification, so that no adapter takes a mistake of the sandbox for the vendor's answer.
      if (!outgoing.headersSent) outgoing.writeHead(599)
      outgoing.end(String(error))
    })
  })
  // An idle connection closed by the server just when a client reuses it is a fault nobody injected.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  url = `http://127.0.0.1:${String(portOf(server.address()))}`

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }

  return {
    url,
    faults,
    requests,
    state,
    actions: definition.actions(state),
    errors,
    close,
    [Symbol.asyncDispose]: close,
  }
}

const plainDialect: SandboxDialect = {
  throttled: (retryAfter) => ({ status: 429, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } }),
  failed: (status) => ({ status }),
  notFound: () => ({ status: 404 }),
}

/** The answer to a request that a fault keeps from its route, or undefined. */
function answerFault(item: Fault, request: SandboxRequest, dialect: SandboxDialect): SandboxResponse | undefined {
  switch (item.kind) {
    case 'throttled':
      return dialect.throttled(retryAfterValue(item), request)
    case 'serverError':
      return dialect.failed(item.status, request)
    case 'status':
      return { status: item.status, headers: item.headers, body: item.body }
    case 'html200':
      return {
        headers: { 'content-type': 'text/html; charset=utf-8' },
        body: '<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>',
      }
    default:
      return undefined
  }
}

function retryAfterValue(item: Extract<Fault, { kind: 'throttled' }>): string | undefined {
  if (item.retryAfterSeconds === undefined) return undefined
  if (item.as === 'seconds') return String(item.retryAfterSeconds)
  return new Date(Date.now() + item.retryAfterSeconds * 1000).toUTCString()
}

function send(
  outgoing: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  pieces: readonly Uint8Array[],
  main: Fault | undefined,
): number {
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0)
  outgoing.writeHead(status, { ...headers, 'content-length': String(length) })
  if (main?.kind === 'truncate' && main.cutConnection) {
    const start = Buffer.concat(pieces).subarray(0, main.bytes)
    outgoing.write(start, () => outgoing.destroy())
    return start.byteLength
  }
  for (const piece of pieces) outgoing.write(piece)
  outgoing.end()
  return length
}

function toPieces(body: SandboxResponse['body']): readonly Uint8Array[] {
  if (body === undefined) return []
  return typeof body === 'string' ? [Buffer.from(body)] : body
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path // Not valid percent-encoding: no route has it, which is answer enough.
  }
}

function joinHeaders(incoming: IncomingMessage): Record<string, string> {
  const joined: Record<string, string> = {}
  for (const [name, values] of Object.entries(incoming.headersDistinct)) joined[name] = values?.join(', ') ?? ''
  return joined
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.byteLength
    if (size > BODY_LIMIT) throw new Error('A request to the sandbox was larger than 4 MiB.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The sandbox did not get a port.')
  return address.port
}
