import { createServer, request } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'

/** One request that went through the proxy, with what the proxy found wrong. */
export interface GateExchange {
  readonly method: string
  /** Without the base path and the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Undefined when there was no answer. */
  readonly status: number | undefined
  readonly findings: readonly Finding[]
}

/** One violation in the words of Prism. */
export interface Finding {
  /** Where: `['request', 'query', 'fields', '0']` */
  readonly location: readonly string[]
  readonly message: string
}

/** A server in front of the proxy, which takes down the proxy's findings and keeps them from the adapter. */
export interface ContractGate extends AsyncDisposable {
  readonly url: string
  readonly exchanges: readonly GateExchange[]
}

/** Opens a gate in front of `proxy`. Requests come with `basePath` before their path, which a specification leaves out. */
export async function openGate(proxy: string, basePath = ''): Promise<ContractGate> {
  const exchanges: GateExchange[] = []

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', proxy)
    const path = url.pathname.startsWith(basePath) ? url.pathname.slice(basePath.length) : url.pathname
    const method = incoming.method ?? 'GET'
    const about = { method, path, query: url.searchParams }
    try {
      const target = new URL(path + url.search, proxy)
      const answer = await ask(target, method, incoming.headers, await buffer(incoming))
      const { 'sl-violations': said, ...headers } = answer.headers
      exchanges.push({
        ...about,
        status: answer.status,
        findings: said === undefined ? [] : readFindings(String(said)),
      })
      outgoing.writeHead(answer.status, headers).end(answer.body)
    } catch (error) {
      const message = `got no answer from the proxy (${error instanceof Error ? error.message : typeof error})`
      exchanges.push({ ...about, status: undefined, findings: [{ location: ['request'], message }] })
      outgoing.destroy()
    }
  }

  const server = createServer((incoming, outgoing) => void pass(incoming, outgoing))
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    exchanges,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

interface ProxyAnswer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

function ask(url: URL, method: string, headers: OutgoingHttpHeaders, body: Buffer): Promise<ProxyAnswer> {
  return new Promise((resolve, reject) => {
    // A connection of its own: one kept open may be closed by the proxy just when it is used again.
    const sent = request(url, { method, headers: { ...headers, host: url.host }, agent: false }, (answer) => {
      buffer(answer)
        .then((whole) => {
          // The length is the proxy's, which writes JSON anew; the gate sends one piece and states it itself.
          const { 'transfer-encoding': _encoding, connection: _connection, ...kept } = answer.headers
          resolve({ status: answer.statusCode ?? 0, headers: kept, body: whole })
        })
        .catch(reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

// Cut off in the middle when there are many, so each is read by itself.
const FINDING = /\{"location":\[(?:"(?:[^"\\]|\\.)*",?)*\],.*?"message":"(?:[^"\\]|\\.)*"\}/g

function readFindings(header: string): Finding[] {
  const findings = [...header.matchAll(FINDING)].map(([text]) => JSON.parse(text) as Finding)
  return findings.length > 0 ? findings : [{ location: ['request'], message: header.slice(0, 200) }]
}
