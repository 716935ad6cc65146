import { readFileSync } from 'node:fs'
import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { bamboohrSandbox, sandboxApiKey, sandboxClient } from '@unioneyes/adapter-bamboohr/sandbox'
import type { BamboohrSandboxOptions } from '@unioneyes/adapter-bamboohr/sandbox'
import type { Json } from '@unioneyes/core'
import { startSandbox } from '@unioneyes/testkit'
import { describe, expect, test } from 'vitest'
import type { TestContext } from 'vitest'
import { parseOverlay } from './support/overlay.ts'
import { connectAdapter, hurriedClock, readEntity } from './support/read-adapter.ts'
import { openVendorContract, routesOutside } from './support/vendor-contract.ts'
import { vendorSpecification } from './support/vendor-specification.ts'

const file = new URL('../../packages/adapter-bamboohr/test/contract/overlay.yaml', import.meta.url)
const overlay = parseOverlay(readFileSync(file, 'utf8'))
const NOON = Date.UTC(2026, 5, 1, 12)
const WEEK_MS = 7 * 86_400_000

async function openContract(context: TestContext, options: BamboohrSandboxOptions = {}) {
  const specification = vendorSpecification(context, 'bamboohr.yaml')
  await using stack = new AsyncDisposableStack()
  const definition = bamboohrSandbox({ stoppedAt: NOON, people: 23, ...options })
  const sandbox = stack.use(await startSandbox(definition))
  const { routes } = definition
  const contract = stack.use(await openVendorContract({ specification, overlay, sandbox, routes }))
  const owned = stack.move()
  const connect = (
    settings: Readonly<Record<string, Json>> = {},
    credentials: Readonly<Record<string, unknown>> = { apiKey: sandboxApiKey },
  ) =>
    connectAdapter({
      adapter: bamboohr,
      baseUrl: contract.baseUrl,
      credentials,
      settings: { subdomain: 'acme', pageSize: 10, leaveFrom: '2025-01-01', ...settings },
      clock: hurriedClock(NOON),
      oauthClient: sandboxClient,
    })
  return { sandbox, contract, connect, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

type Given = Awaited<ReturnType<typeof openContract>>

/** Reads every entity whole, and then what changed: an entity that is added to the adapter is held to the contract from then on. */
async function readEverything({ sandbox }: Given, integration: Awaited<ReturnType<Given['connect']>>): Promise<void> {
  for (const [entity, { incremental }] of Object.entries(bamboohr.entities)) {
    const whole = await readEntity(integration, entity)
    expect({ entity, empty: whole.ids.length === 0, invalid: whole.invalid }).toEqual({
      entity,
      empty: false,
      invalid: [],
    })
    if (!incremental) continue
    const [first = '', second = ''] = sandbox.actions.ids()
    sandbox.actions.advance(60_000)
    sandbox.actions.change(first, { firstName: 'Renée' })
    sandbox.actions.remove(second)
    sandbox.actions.hire({ firstName: 'Noa' })
    const changed = await readEntity(integration, entity, { type: 'incremental', cursor: whole.cursor })
    expect({ entity, invalid: changed.invalid }).toEqual({ entity, invalid: [] })
  }
}

describe('BambooHR, held to its own specification by a proxy', () => {
  const ways: readonly (readonly [
    way: string,
    options: BamboohrSandboxOptions,
    settings: Readonly<Record<string, Json>>,
  ])[] = [
    ['from the cursor listing', {}, { employeeListing: 'cursor' }],
    ['from the dataset', {}, { employeeListing: 'datasets' }],
    ['with notes, and numbers as the specification has them', { leaveAs: 'specification' }, { leaveNotes: true }],
    ['with notes, in pages as large as they come', {}, { leaveNotes: true, pageSize: 2500 }],
  ]
  for (const [way, options, settings] of ways) {
    test(`every entity, whole and what changed, ${way}`, async (context) => {
      await using given = await openContract(context, options)
      const integration = await given.connect(settings)
      expect(await integration.healthCheck()).toMatchObject({ status: 'healthy' })
      await readEverything(given, integration)
      console.log(`${way}; the proxy was up in ${given.contract.startupMs} ms\n${listOf(given)}`)
      expect(given.sandbox.errors).toEqual([])
      given.contract.assertKept()
    })
  }

  test('every entity with the tokens of a grant that has to be renewed', async (context) => {
    await using given = await openContract(context)
    const { sandbox, contract } = given
    const integration = await given.connect({}, { ...sandbox.actions.issueGrant() })
    sandbox.actions.expireAccessTokens()
    await readEverything(given, integration)
    console.log(`with a grant\n${listOf(given)}`)
    contract.assertKept()
    expect(sandbox.actions.tokenCounts()).toMatchObject({ renewed: 1, refused: 0 })
    expect(contract.operations().map(({ operation }) => operation)).toContain('POST /token.php')
  })

  test('records that are fetched by their ids, where an entity can be', async (context) => {
    await using given = await openContract(context)
    const integration = await given.connect()
    const [first = '', gone = ''] = given.sandbox.actions.ids()
    given.sandbox.actions.remove(gone)
    const pages = await Array.fromAsync(integration.fetch?.('employees', [first, gone]) ?? [])
    expect(pages.flatMap(({ rows }) => rows?.items ?? []).map(({ id }) => id)).toEqual([first])
    given.contract.assertKept()
  })

  test('a refused cursor, and a key that is no longer good', async (context) => {
    await using given = await openContract(context)
    const integration = await given.connect({ employeeListing: 'cursor' })
    const pages = integration.read?.('employees') ?? []
    let restarted = false
    for await (const page of pages) {
      restarted ||= page.restarted !== undefined
      // Who stands at the edge of a page that was read is changed before the next one is asked for.
      if (page.next !== undefined && !restarted) {
        const edge = page.rows?.items.at(-1)?.id ?? ''
        given.sandbox.actions.change(edge, { firstName: 'Edge' })
      }
    }
    expect(restarted).toBe(true)
    given.sandbox.actions.revokeKey()
    await expect(readEntity(integration, 'employees')).rejects.toMatchObject({ code: 'AUTH_FAILED' })
    given.contract.assertKept()
    expect(given.contract.operations()).toMatchObject([
      { operation: 'GET /api/v1/employees', statuses: [200, 400, 401] },
    ])
  })

  // No recording and no text of the vendor shows these, so no overlay may allow them. What the adapter makes of them is for
  // accounts that do answer so; whoever meets a recording moves the line to the overlay, or mends the sandbox.
  test('four answers of the sandbox are guesses that contradict the specification', async (context) => {
    await using given = await openContract(context)
    const { sandbox, contract } = given
    const integration = await given.connect()
    for (const entity of ['employees', 'positions']) {
      sandbox.actions.advance(WEEK_MS)
      const { cursor } = await readEntity(integration, entity)
      sandbox.actions.advance(WEEK_MS)
      await readEntity(integration, entity, { type: 'incremental', cursor })
    }
    sandbox.actions.refuseListing()
    await readEntity(integration, 'employees')
    sandbox.actions.refuseLeave()
    await expect(readEntity(integration, 'leave')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' })

    const unknownStatus = 'response: Unable to match the returned status code with those defined in the document'
    expect(contract.violations()).toEqual([
      'GET /api/v1/employees/changed: response.body.employees: must be object (2 times)',
      'GET /api/v1/employees/changed/tables/{table}: response.body.employees: must be object',
      `GET /api/v1/employees: ${unknownStatus}: 200,400,401,429,500`,
      `GET /api/v1/time_off/requests: ${unknownStatus}: 200,400,401`,
    ])
  })

  test('every route of the sandbox is an operation, or listed as outside of the specification', (context) => {
    const { routes } = bamboohrSandbox()
    const outside = routesOutside(vendorSpecification(context, 'bamboohr.yaml'), routes)
    expect(outside).toEqual(overlay['x-outside'].map(({ route }) => route))
  })
})

function listOf({ contract }: Given): string {
  return contract
    .operations()
    .map(({ operation, count, statuses }) => `  ${String(count).padStart(3)} × ${operation} → ${statuses.join(', ')}`)
    .join('\n')
}
