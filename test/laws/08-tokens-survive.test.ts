import { inspect } from 'node:util'
import { fault } from '@unioneyes/testkit'
import { afterAll, describe, expect, test } from 'vitest'
import { TOKEN_LIFE_MS, forgetCompiled, openTokenCompany } from '../support/token-processes.ts'

const PROCESSES = 5
const healthy = { status: 'healthy' }

// Longer than a lease that a dead process leaves, shorter than what a renewed token lives.
const LEASE_IS_OVER_MS = 5 * 60_000

afterAll(forgetCompiled)

describe('law 8: tokens survive', () => {
  test('many processes send one refresh request per expiry, and none is refused', async () => {
    await using company = await openTokenCompany()
    // One alone first: it compiles for the others.
    const first = await company.start()
    const processes = [first, ...(await Promise.all(Array.from({ length: PROCESSES - 1 }, () => company.start())))]
    const askAll = () => Promise.all(processes.map((one) => one.ask()))
    expect(await askAll()).toEqual(processes.map(() => healthy))
    expect(company.tokenRequests()).toBe(0)
    for (let expiry = 1; expiry <= 3; expiry += 1) {
      company.pass(TOKEN_LIFE_MS)
      expect(await askAll()).toEqual(processes.map(() => healthy))
      expect(company.tokenRequests(), `after expiry ${String(expiry)}`).toBe(expiry)
    }
    // Ended before their time, as the provider may: every process is refused, and again one asks.
    company.sandbox.actions.expireAccessTokens()
    expect(await askAll()).toEqual(processes.map(() => healthy))
    expect(company.tokenRequests()).toBe(4)
    expect(company.sandbox.actions.tokenCounts()).toEqual({ renewed: 4, refused: 0 })
    expect((await company.look()).actions).toEqual(Array.from({ length: 4 }, () => 'grant.renew'))
  })

  test('killed between the answer and the save, against a server with a grace period: recovered', async () => {
    await using company = await openTokenCompany({ rotation: 'grace', graceMs: 30 * 60_000 })
    const dying = await company.start({ call: 'connections.replaceCredentials', phase: 'before' })
    company.pass(TOKEN_LIFE_MS)
    expect(await dying.ask()).toBe('dead')
    expect(company.sandbox.actions.tokenCounts()).toEqual({ renewed: 1, refused: 0 })
    company.pass(LEASE_IS_OVER_MS)
    expect(await company.ask()).toEqual(healthy)
    expect(company.sandbox.actions.tokenCounts()).toEqual({ renewed: 2, refused: 0 })
    expect((await company.look()).connection?.status).toBe('active')
  })

  test('killed between the answer and the save, against a server without one: needs_reconnect, once, and visibly', async () => {
    await using company = await openTokenCompany()
    const dying = await company.start({ call: 'connections.replaceCredentials', phase: 'before' })
    const others = await Promise.all([company.start(), company.start()])
    company.pass(TOKEN_LIFE_MS)
    expect(await dying.ask()).toBe('dead')
    company.pass(LEASE_IS_OVER_MS)
    const asked = await Promise.all([...others.map((one) => one.ask()), company.ask()])
    for (const one of asked) expect(one).toMatchObject({ status: 'needs_reconnect' })
    expect(company.sandbox.actions.tokenCounts()).toEqual({ renewed: 1, refused: 1 })
    const { connection, actions } = await company.look()
    expect(connection?.status).toBe('needs_reconnect')
    expect(connection?.statusReason).toMatch(/invalid_grant.*has to connect bamboohr again/)
    expect(actions).toEqual(['grant.end'])
    await company.connect()
    expect(await Promise.all([...others.map((one) => one.ask()), company.ask()])).toEqual([healthy, healthy, healthy])
  })

  test('killed after the save, before anybody knows: the next process goes on with what was saved', async () => {
    await using company = await openTokenCompany()
    const dying = await company.start({ call: 'connections.replaceCredentials', phase: 'after' })
    company.pass(TOKEN_LIFE_MS)
    expect(await dying.ask()).toBe('dead')
    // It does not even wait for the lease.
    expect(await company.ask()).toEqual(healthy)
    expect(company.sandbox.actions.tokenCounts()).toEqual({ renewed: 1, refused: 0 })
  })

  test('a new token is not used before it is stored', async () => {
    await using company = await openTokenCompany({}, true)
    const { sandbox } = company
    company.pass(TOKEN_LIFE_MS)
    let store = (): void => undefined
    const reached = new Promise<void>((resolve) => {
      company.beforeNextSave(async () => {
        resolve()
        await new Promise<void>((done) => (store = done))
      })
    })
    const asking = company.ask()
    await reached
    const before = sandbox.requests.counters.total
    // As many answers as it takes for another request of this process to have come, if one was under way.
    for (let n = 1; n <= 20; n += 1) {
      await (await fetch(`${sandbox.url}/api/v1/none`)).arrayBuffer()
      expect(sandbox.requests.counters.total).toBe(before + n)
    }
    store()
    expect(await asking).toEqual(healthy)
  })

  test('a connection that is connected again while its token is renewed keeps the new grant', async () => {
    await using company = await openTokenCompany({}, true)
    company.pass(TOKEN_LIFE_MS)
    const connectedAgain = new Promise<string>((resolve) => {
      company.beforeNextSave(async () => resolve((await company.connect()).accessToken))
    })
    expect(await company.ask()).toEqual(healthy)
    expect((await company.credentials()).accessToken).toBe(await connectedAgain)
  })

  test('a reader goes on over every renewal, on the integration it began with', async () => {
    await using company = await openTokenCompany({}, true)
    const { integrations } = company.app
    const reading = await integrations.get('org_1', 'bamboohr')
    let people = 0
    let pages = 0
    for await (const page of reading.read?.('employees') ?? []) {
      people += page.rows?.items.length ?? 0
      pages += 1
      company.sandbox.actions.expireAccessTokens()
      expect(await integrations.get('org_1', 'bamboohr')).toBe(reading)
    }
    expect({ people, pages }).toEqual({ people: 30, pages: 3 })
    expect(company.sandbox.actions.tokenCounts()).toEqual({ renewed: 2, refused: 0 })
  })

  test('a revoked grant is found out once for all processes', async () => {
    await using company = await openTokenCompany()
    const processes = await Promise.all([company.start(), company.start(), company.start()])
    expect(await Promise.all(processes.map((one) => one.ask()))).toEqual([healthy, healthy, healthy])
    company.sandbox.actions.revokeGrants()
    for (let round = 0; round < 2; round += 1) {
      for (const asked of await Promise.all(processes.map((one) => one.ask()))) {
        expect(asked).toMatchObject({ status: 'needs_reconnect' })
      }
    }
    expect(company.tokenRequests()).toBe(1)
    const { connection, actions } = await company.look()
    expect(connection?.status).toBe('needs_reconnect')
    expect(actions).toEqual(['grant.end'])
  })

  test.each([
    ['answers 503', fault.serverError(503)],
    ['drops the connection', fault.reset()],
    ['shows a web page', fault.html200()],
  ])('a token server that %s changes nothing', async (_what, wrong) => {
    await using company = await openTokenCompany({}, true)
    const before = await company.look()
    company.pass(TOKEN_LIFE_MS)
    company.sandbox.faults.inject({ match: { path: '/token.php' }, fault: wrong, times: Number.POSITIVE_INFINITY })
    expect((await company.ask()).status).toBe('unhealthy')
    expect(await company.look()).toEqual(before)
    company.sandbox.faults.clear()
    expect(await company.ask()).toEqual(healthy)
    expect(company.sandbox.actions.tokenCounts()).toEqual({ renewed: 1, refused: 0 })
  })

  test('no token is in what a connection, the log or an error shows, however often it was renewed', async () => {
    await using company = await openTokenCompany({}, true)
    const secrets = [await company.connect()].map(({ accessToken, refreshToken }) => [accessToken, refreshToken]).flat()
    company.pass(TOKEN_LIFE_MS)
    await company.ask()
    company.sandbox.actions.revokeGrants()
    const asked = await company.ask()
    const shown = inspect([await company.look(), asked, await company.app.store.audit.list('org_1')], { depth: 9 })
    for (const secret of secrets) expect(shown).not.toContain(secret)
    expect(shown).not.toMatch(/sandbox-(?:access|refresh|client-secret)-/)
    const urls = company.sandbox.requests.list().map(({ path, query }) => `${path}?${query}`)
    expect(urls.join('\n')).not.toMatch(/sandbox-/)
  })
})
