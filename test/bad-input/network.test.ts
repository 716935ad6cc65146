import dns from 'node:dns'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import type { Server } from 'node:net'
import { fault } from '@unioneyes/testkit'
import { afterEach, expect, test, vi } from 'vitest'
import { checkpoint, copyOf, expectEnd, expectHealthy, kept } from './support/look.ts'
import { openSynced } from './support/synced.ts'
import { testCertificate } from '../../packages/adapter-kit/test/test-certificate.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('bad input: no network (nobody listens at the address) → PROVIDER_UNAVAILABLE; kept: every record and the cursor', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const before = checkpoint(company)
  const records = await copyOf(app)
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  const offline = company.open({ baseUrl: `http://127.0.0.1:${String(port)}/` })
  const run = await offline.sync.incremental('org_1', 'bamboohr', ['employees'])
  await expectEnd(offline, run, {
    status: 'failed',
    code: 'PROVIDER_UNAVAILABLE',
    says: [/GET \/api\/v1\/employees\/changed/, /refused the connection \(ECONNREFUSED\)/, /Try again later/],
  })
  expect(await copyOf(offline)).toEqual(records)
  expect(checkpoint(company).cursor).toEqual(before.cursor)
  await expectHealthy(company, company.open(), 'incremental')
})

test('bad input: connections cut without an answer from the third page on → PROVIDER_UNAVAILABLE; kept: the pages before it, and the place to go on at', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const before = await kept(app)
  company.faults.inject({ match: { path: '/api/v1/employees', skip: 2 }, fault: fault.reset() })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, {
    status: 'failed',
    code: 'PROVIDER_UNAVAILABLE',
    says: [/GET \/api\/v1\/employees/, /connection failed/, /Try again later/],
  })
  expect(run.counters).toMatchObject({ processed: 20, pages: 2 })
  expect(checkpoint(company).listing).toMatchObject({ phase: 'list', runId: run.id })
  expect(await kept(app)).toEqual(before)

  company.faults.clear()
  company.clock.jump(60_000)
  const resumed = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, resumed, { status: 'success' })
  expect(resumed).toMatchObject({ resumes: run.id, counters: { processed: 25 } })
  await expectHealthy(company, app)
})

test('bad input: a host name that does not exist (DNS failure) → PROVIDER_UNAVAILABLE; kept: every record and the cursor', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const before = checkpoint(company)
  const records = await copyOf(app)
  const asked: string[] = []
  // The resolver's answer, without a resolver: no test may ask the network.
  const answer = { code: 'ENOTFOUND' }
  vi.spyOn(dns, 'lookup').mockImplementation(((host: string, _options: unknown, done: (error: Error) => void) => {
    asked.push(host)
    setImmediate(() => done(Object.assign(new Error(`getaddrinfo ${answer.code} ${host}`), answer)))
  }) as unknown as typeof dns.lookup)
  for (const [code, says] of [
    ['ENOTFOUND', [/host name is unknown \(ENOTFOUND\)/, /Check the network and the connection settings/]],
    ['EAI_AGAIN', [/host name could not be looked up \(EAI_AGAIN\)/, /Check the network/]],
  ] as const) {
    answer.code = code
    const lost = company.open({ baseUrl: undefined })
    const run = await lost.sync.full('org_1', 'bamboohr', ['employees'])
    await expectEnd(lost, run, { status: 'failed', code: 'PROVIDER_UNAVAILABLE', says })
    expect(await copyOf(lost)).toEqual(records)
  }
  expect(new Set(asked)).toEqual(new Set(['acme.bamboohr.com']))
  expect(checkpoint(company).cursor).toEqual(before.cursor)

  vi.restoreAllMocks()
  await expectHealthy(company, company.open())
})

test('bad input: a TLS certificate that nobody trusts → PROVIDER_UNAVAILABLE; kept: every record and the cursor; the API key is not sent', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const before = checkpoint(company)
  const records = await copyOf(app)
  let requests = 0
  let handshakes = 0
  const server = createTlsServer(testCertificate, (_request, response) => {
    requests += 1
    response.end('[]')
  })
  server.on('connection', () => (handshakes += 1))
  const port = await listen(server)
  try {
    const misled = company.open({ baseUrl: `https://localhost:${String(port)}/` })
    const run = await misled.sync.full('org_1', 'bamboohr', ['employees'])
    await expectEnd(misled, run, {
      status: 'failed',
      code: 'PROVIDER_UNAVAILABLE',
      says: [/TLS certificate was not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/, /Check the host and the trusted cert/],
    })
    expect(await copyOf(misled)).toEqual(records)
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  expect(requests).toBe(0)
  expect(handshakes, 'a certificate does not get better by asking again').toBe(1)
  expect(checkpoint(company).cursor).toEqual(before.cursor)
  await expectHealthy(company, company.open())
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}
