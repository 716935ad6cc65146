import { memoryStore } from '@unioneyes/core'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { fault, startSandbox } from '@unioneyes/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jumpingClock } from '../support/jumping-clock.ts'
import { SECRET, plainIntegrations, plainSandbox } from '../support/plain-provider.ts'

async function connected(nextLink?: () => string) {
  const clock = jumpingClock()
  const sandbox = await startSandbox(plainSandbox({ pages: 2, ...(nextLink && { nextLink }) }))
  const elsewhere = await startSandbox(plainSandbox({ pages: 2 }))
  const store = memoryStore({ clock })
  const integrations = await plainIntegrations({ store, clock, baseUrl: `${sandbox.url}/` })
  return {
    sandbox,
    elsewhere,
    store,
    integrations,
    engine: createSyncEngine({ integrations, store, clock: clock.still }),
    async [Symbol.asyncDispose]() {
      await sandbox.close()
      await elsewhere.close()
    },
  }
}

describe('law 14: hosts are pinned', () => {
  test('a redirect to another host is refused before anything is sent there', async () => {
    await using s = await connected()
    s.sandbox.faults.inject({ fault: fault.status(302, { location: `${s.elsewhere.url}/items` }), times: 10 })
    const run = await s.engine.full('org_1', 'plain', ['items'])
    expect(run.error).toMatchObject({ code: 'RESPONSE_INVALID' })
    expect(run.error?.message).toMatch(/redirect/)
    expect(s.elsewhere.requests.counters.total).toBe(0)
  })

  test('a next link to another host is refused before anything is sent there', async () => {
    let elsewhere = ''
    await using s = await connected(() => elsewhere)
    elsewhere = `${s.elsewhere.url}/linked`
    const run = await s.engine.full('org_1', 'plain', ['linked'])
    expect(run.error).toMatchObject({ code: 'RESPONSE_INVALID' })
    expect(s.elsewhere.requests.counters.total).toBe(0)
  })

  test.each([
    'evil.com/',
    'evil.com',
    'a.b',
    'a@evil.com',
    'a:80',
    'a?',
    'a#',
    '../x',
    'ä',
    '',
    ' ',
    'a'.repeat(64),
    '-a',
  ])('the subdomain %j is refused when the connection is saved', async (subdomain) => {
    await using s = await connected()
    const saving = s.integrations.connections.save('org_2', 'plain', {
      credentials: { apiKey: SECRET },
      settings: { subdomain },
    })
    await expect(saving).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await s.store.connections.list({ organizationId: 'org_2' })).toEqual([])
  })

  test('no text at all becomes another host than its own label under the fixed suffix', async () => {
    await using s = await connected()
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ maxLength: 70 }), fc.webUrl(), fc.domain()), async (subdomain) => {
        const saved = await s.integrations.connections
          .save('org_3', 'plain', { credentials: { apiKey: SECRET }, settings: { subdomain } })
          .catch(() => undefined)
        const kept = saved?.settings.subdomain
        if (typeof kept === 'string')
          expect(new URL(`https://${kept}.plain.example/`).hostname).toMatch(/^[a-z0-9-]{1,63}\.plain\.example$/)
      }),
    )
  })

  test("an organization's own settings cannot move the adapter to another host", async () => {
    await using s = await connected()
    const settings = { subdomain: 'acme', baseUrl: s.elsewhere.url, baseUrls: { plain: s.elsewhere.url } }
    await s.integrations.connections.save('org_1', 'plain', { credentials: { apiKey: SECRET }, settings })
    const run = await s.engine.full('org_1', 'plain', ['items'])
    expect(run.status).toBe('success')
    expect(s.elsewhere.requests.counters.total).toBe(0)
    expect(s.sandbox.requests.counters.total).toBe(2)
  })
})
