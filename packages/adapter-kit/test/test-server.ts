import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'

/** A request as a test's provider sees it. */
export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** When it arrived, by the machine's clock. */
  readonly at: number
}

/** What a test's provider answers; `raw` takes over the response. */
export interface Reply {
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly json?: unknown
  readonly text?: string | undefined
  readonly raw?: ((response: ServerResponse) => void) | undefined
}

/** A provider on loopback that a test scripts. */
export interface TestServer {
  readonly url: string
  readonly seen: SeenRequest[]
  close(): Promise<void>
}

/** Starts a provider on a free port of loopback. */
export async function startServer(
  reply: (request: SeenRequest, count: number) => Reply | Promise<Reply>,
): Promise<TestServer> {
  const seen: SeenRequest[] = []
  const server = createServer((incoming, response) => {
    void answer(incoming, response)
  })
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = Date.now()
    let body = ''
    for await (const chunk of incoming) body += String(chunk)
    const target = incoming.url ?? '/'
    const request: SeenRequest = {
      method: incoming.method ?? '',
      target,
      url: new URL(target, 'http://provider.test'),
      headers: incoming.headers,
      body,
      at,
    }
    seen.push(request)
    const { status = 200, headers = {}, json, text, raw } = await reply(request, seen.length)
    if (raw) {
      raw(response)
      return
    }
    const type = json === undefined ? {} : { 'content-type': 'application/json' }
    response.writeHead(status, { ...type, ...headers })
    response.end(json === undefined ? text : JSON.stringify(json))
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${String(portOf(server))}/`, seen, close: () => closeServer(server) }
}

function portOf(server: Server): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return address.port
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
