import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { defineSandbox, jsonResponse, startSandbox } from '@unioneyes/testkit'
import type { SandboxResponse } from '@unioneyes/testkit'
import { describe, expect, test } from 'vitest'
import { openGate } from './support/contract-gate.ts'
import { parseOverlay } from './support/overlay.ts'
import { prepareSpecification } from './support/prepare-specification.ts'
import { startPrism } from './support/start-prism.ts'
import { openVendorContract, routesOutside } from './support/vendor-contract.ts'
import { parseSpecification, vendorSpecification } from './support/vendor-specification.ts'

// A specification of the smallest kind that has an object in its query, a list in that object, and a body both ways.
const specification = parseSpecification(
  `
openapi: 3.1.0
info: { title: Trial, version: '1' }
paths:
  /people:
    get:
      parameters:
        - { name: status, in: query, schema: { type: string, enum: [active, gone] } }
        - { name: page, in: query, style: deepObject, explode: true, schema: { $ref: '#/components/schemas/Page' } }
        - name: filter
          in: query
          style: deepObject
          explode: true
          schema: { type: object, properties: { ids: { type: array, items: { type: integer } } } }
      responses:
        '200':
          description: People
          content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Person' } } } }
      security: [{ basic: [] }]
  /people/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses:
        '200':
          description: A person
          content: { application/json: { schema: { $ref: '#/components/schemas/Person' } } }
      security: [{ basic: [] }]
  /search:
    post:
      requestBody:
        content:
          application/json:
            schema: { type: object, required: [page], properties: { page: { type: integer, minimum: 1 } } }
      responses: { '200': { description: People, content: { application/json: { schema: { type: array } } } } }
      security: [{ basic: [] }]
components:
  securitySchemes: { basic: { type: http, scheme: basic } }
  schemas:
    Page:
      allOf:
        - { type: object, properties: { limit: { type: integer, minimum: 1 } } }
        - { type: object, properties: { limit: { maximum: 100 }, after: { type: string } } }
    Person: { type: object, required: [id], properties: { id: { type: string }, name: { type: [string, 'null'] } } }
`,
  'the trial specification',
)

type Asked = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }
type Answers = Readonly<Record<string, SandboxResponse>>

async function open(answers: Answers = {}, overlay?: string, basePath?: string) {
  const people = jsonResponse([{ id: '7', name: 'Zoë 李' }])
  const route = (method: string, path: string, answer: SandboxResponse) => ({
    method,
    path: (basePath ?? '') + path,
    cites: 'a trial of ours',
    handle: () => answers[path] ?? answer,
  })
  const routes = [
    route('GET', '/people', people),
    route('GET', '/people/{id}', jsonResponse({ id: '7', name: null })),
    route('POST', '/search', people),
    route('POST', '/token', jsonResponse({})),
  ]
  const definition = defineSandbox({ provider: 'trial', createState: () => ({}), actions: () => ({}), routes })
  await using stack = new AsyncDisposableStack()
  const sandbox = stack.use(await startSandbox(definition))
  const contract = stack.use(
    await openVendorContract({
      specification,
      overlay: overlay === undefined ? undefined : parseOverlay(overlay),
      sandbox,
      routes: routes.map(({ method, path }) => ({ method, path: path.slice(basePath?.length ?? 0) })),
      basePath,
    }),
  )
  const owned = stack.move()
  const ask = (path: string, init: Asked = {}) =>
    fetch(`${contract.baseUrl}${path}`, { ...init, headers: { authorization: 'Basic a2V5Ong=', ...init.headers } })
  return { ask, contract, sandbox, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const post = (body: unknown) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

describe('a vendor contract', () => {
  test('that both sides keep', async () => {
    await using given = await open()
    const answer = await given.ask('/people?status=active&page[limit]=10&page[after]=x&filter[ids][]=1&filter[ids][]=2')
    expect(await answer.json()).toEqual([{ id: '7', name: 'Zoë 李' }])
    expect(answer.headers.has('sl-violations')).toBe(false)
    expect((await given.ask('/people/7')).status).toBe(200)
    expect((await given.ask('/search', post({ page: 1 }))).status).toBe(200)

    given.contract.assertKept()
    expect(given.contract.operations()).toEqual([
      { operation: 'GET /people', count: 1, statuses: [200] },
      { operation: 'GET /people/{id}', count: 1, statuses: [200] },
      { operation: 'POST /search', count: 1, statuses: [200] },
    ])
    expect(given.sandbox.requests.list()[0]?.query).toBe(
      'status=active&page%5Blimit%5D=10&page%5Bafter%5D=x&filter%5Bids%5D%5B%5D=1&filter%5Bids%5D%5B%5D=2',
    )
  })

  const wrong: readonly (readonly [what: string, path: string, init: Asked, line: string])[] = [
    [
      'a value that is not allowed',
      '/people?status=x',
      {},
      'GET /people: request.query.status: must be equal to one of',
    ],
    [
      'a parameter that is not there',
      '/people?state=active',
      {},
      "GET /people: request.query: the operation has no parameter 'state'",
    ],
    [
      'a limit in an object of several',
      '/people?page[limit]=101',
      {},
      'GET /people: request.query.page[limit]: must be <= 100',
    ],
    ['a limit in the other half', '/people?page[limit]=0', {}, 'GET /people: request.query.page[limit]: must be >= 1'],
    [
      'a list in an object',
      '/people?filter[ids][]=1&filter[ids][]=b',
      {},
      'GET /people: request.query.filter[ids][].*: must be integer',
    ],
    ['a part of the path', '/people/seven', {}, 'GET /people/{id}: request.path.id: must be integer'],
    ['a body', '/search', post({ page: 0 }), 'POST /search: request.body.page: must be >= 1'],
    ['no body that it knows', '/search', post({}), "POST /search: request.body: must have required property 'page'"],
    [
      'no credentials',
      '/people',
      { headers: { authorization: '' } },
      'GET /people: request: Invalid security scheme used',
    ],
    ['another method', '/people', post([]), 'POST /people: request: is no operation of the specification'],
    ['a path of its own', '/persons', {}, 'GET /persons: request: is no operation of the specification'],
  ]
  test('is violated by a request with …', async () => {
    await using given = await open()
    const found: string[] = []
    for (const [what, path, init] of wrong) {
      const before = given.contract.violations().length
      await given.ask(path, init)
      found.push(`${what}: ${given.contract.violations().slice(before).join(' | ')}`)
    }
    expect(found).toEqual(wrong.map(([what, , , line]) => expect.stringContaining(`${what}: ${line}`) as string))
    expect(() => given.contract.assertKept()).toThrow(/violated:\n {2}GET \/people: request\.query\.status: must be/)
  })

  const broken: readonly (readonly [what: string, answer: SandboxResponse, lines: readonly string[]])[] = [
    ['a wrong type', jsonResponse([{ id: 7 }]), ['GET /people: response.body.*.id: must be string']],
    ['a missing property', jsonResponse([{}]), ["GET /people: response.body.*: must have required property 'id'"]],
    ['another status', jsonResponse([], 503), ['GET /people: response: Unable to match the returned status code']],
    [
      'another content',
      { headers: { 'content-type': 'text/html' }, body: '<p>' },
      [
        'GET /people: response: The received media type "text/html" does not match',
        'GET /people: response.body: must be array',
      ],
    ],
  ]
  for (const [what, answer, lines] of broken) {
    test(`is violated by an answer with ${what}`, async () => {
      await using given = await open({ '/people': answer })
      await given.ask('/people')
      expect(given.contract.violations()).toEqual(lines.map((line) => expect.stringContaining(line) as string))
    })
  }

  test('counts a violation of many rows once, however long the list', async () => {
    const many = Array.from({ length: 500 }, (_, id) => ({ id }))
    await using given = await open({ '/people': jsonResponse(many) })
    await given.ask('/people')
    expect(given.contract.violations()).toEqual([
      expect.stringMatching(/^GET \/people: response\.body\.\*\.id: must be string \(\d+ times\)$/),
    ])
  })

  test('holds an adapter to the paths behind a base path', async () => {
    await using given = await open({}, undefined, '/api/2.0')
    expect((await given.ask('/people?status=active')).status).toBe(200)
    given.contract.assertKept()
    expect(given.sandbox.requests.list().map(({ path }) => path)).toEqual(['/api/2.0/people'])
  })

  test('takes what an overlay corrects, and routes that it lists as outside of the specification', async () => {
    const cites = ['recorded GET /people 2026-06-01']
    const overlay = {
      overlay: '1.0.0',
      info: { title: 'A trial', version: '1' },
      actions: [
        {
          target: '$.components.schemas.Person.properties.id',
          description: 'Ids are numbers.',
          'x-cites': cites,
          update: { type: 'integer' },
        },
      ],
      'x-outside': [{ route: 'POST /token', 'x-cites': cites }],
    }
    await using given = await open({ '/people': jsonResponse([{ id: 7 }]) }, JSON.stringify(overlay))
    await given.ask('/people')
    await given.ask('/token', post({}))
    given.contract.assertKept()
    expect(given.contract.operations().map(({ operation }) => operation)).toEqual(['GET /people', 'POST /token'])
  })

  test('whose proxy gives no answer is violated, and the adapter sees its connection drop', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    await using gate = await openGate(`http://127.0.0.1:${port}`)
    await expect(fetch(`${gate.url}/people`)).rejects.toThrow('fetch failed')
    expect(gate.exchanges).toMatchObject([
      { method: 'GET', path: '/people', status: undefined, findings: [{ location: ['request'] }] },
    ])
  })

  test('leaves no process behind', async () => {
    const prism = await startPrism(specification, 'http://127.0.0.1:1')
    expect((await fetch(`${prism.url}/persons`)).status).not.toBe(0)
    await prism[Symbol.asyncDispose]()
    await expect(fetch(`${prism.url}/persons`)).rejects.toThrow('fetch failed')
  })

  test('says why the proxy does not start', async () => {
    await expect(startPrism({ openapi: '3.1.0', paths: {} }, 'http://127.0.0.1:1')).rejects.toThrow(
      /Prism ended with code 1 before it listened\. It said:[^]*There are no operations/,
    )
  })
})

describe('a specification', () => {
  const skipped: string[] = []
  const context = {
    skip(reason?: string | boolean): never {
      skipped.push(String(reason))
      throw new Error('skipped')
    },
  }

  test('that is not there skips the test and says why, and fails it where specifications are required', () => {
    const nowhere = { VENDOR_SPECS_DIR: '/nowhere' }
    expect(() => vendorSpecification(context, 'some.yaml', nowhere)).toThrow('skipped')
    expect(skipped).toEqual([
      "the vendor's specification some.yaml is not there; VENDOR_SPECS_DIR names the folder that holds it",
    ])
    const required = { ...nowhere, REQUIRE_VENDOR_SPECS: '1' }
    expect(() => vendorSpecification(context, 'some.yaml', required)).toThrow('REQUIRE_VENDOR_SPECS is set')
  })

  test('that refers outside of itself is refused', () => {
    const text = JSON.stringify({ paths: { '/a': { $ref: 'https://vendor.example/openapi.yaml#/a' } } })
    expect(() => parseSpecification(text, 'some.yaml')).toThrow('refers to https://vendor.example/openapi.yaml#/a')
    expect(() => parseSpecification('[]', 'some.yaml')).toThrow('some.yaml is not an OpenAPI document')
  })

  test('is cut to the paths that are used and what they refer to', () => {
    const cut = prepareSpecification(specification, (path) => path === '/people/{id}')
    expect(Object.keys(cut.paths as object)).toEqual(['/people/{id}'])
    expect(cut.components).toEqual({
      securitySchemes: { basic: { type: 'http', scheme: 'basic' } },
      schemas: { Person: expect.anything() as unknown },
    })
  })

  test('tells which routes of a sandbox it leaves out', () => {
    const routes = [
      { method: 'GET', path: '/people/{personId}' },
      { method: 'POST', path: '/token' },
    ]
    expect(routesOutside(specification, routes)).toEqual(['POST /token'])
  })
})
