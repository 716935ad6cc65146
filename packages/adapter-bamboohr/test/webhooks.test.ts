import { createHmac } from 'node:crypto'
import { property } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import type { DeliveredEvent, IntegrationErrorCode, Page, WebhookDelivery, WebhookEffect } from '@unioneyes/core'
import type { RunningSandbox } from '@unioneyes/testkit'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bamboohr, webhooks } from '../src/index.ts'
import { sandboxApiKey } from '../src/sandbox.ts'
import type { BamboohrActions, BamboohrSandboxOptions, Company, SandboxDelivery } from '../src/sandbox.ts'
import { AT, connect, openSandbox } from './live.ts'

const MINUTE = 60_000

async function outcome<T>(work: () => Promise<T>): Promise<T | IntegrationErrorCode> {
  try {
    return await work()
  } catch (error) {
    if (IntegrationError.is(error)) return error.code
    throw error
  }
}

/** What a host does with a delivery until its events are stored. */
async function receive(
  delivery: Omit<WebhookDelivery, 'receivedAt'>,
  webhookKey: unknown,
  now: number,
): Promise<readonly DeliveredEvent[] | IntegrationErrorCode> {
  const context = { secrets: { apiKey: 'k', webhookKey }, now }
  return outcome(async () => webhooks.events(await webhooks.verify({ ...delivery, receivedAt: now }, context)))
}

const toRequest = ({ headers, body }: Pick<SandboxDelivery, 'headers' | 'body'>) => ({
  headers: new Headers(headers),
  body: Buffer.from(body),
})

// A delivery that a company's webhook sent in 2022, from the tests of fusebit/integrations, bamboohr-connector.
const captured = {
  key: '123b929362d51613054f71e5e5d4bf2c',
  at: 1_658_248_023_000,
  body: '{"employees":[{"changedFields":["First name"],"fields":{"Employee #":{"value":"300"},"First name":{"value":"Tefi"},"Last name":{"value":"Adams"}},"id":"5"}]}',
  headers: {
    'content-type': 'application/json',
    'X-BambooHR-Timestamp': '1658248023',
    'X-BambooHR-Signature': '56491dd9c2b352bc5f4fc627159aae20ddff9c8cb19f239a6de6771dc5310bac',
  },
}

describe('a delivery that was captured', () => {
  const give = (change: { body?: Uint8Array; headers?: Record<string, string>; key?: unknown; now?: number } = {}) => {
    const body = change.body ?? Buffer.from(captured.body)
    const headers = new Headers({ ...captured.headers, ...change.headers })
    return receive({ body, headers }, 'key' in change ? change.key : captured.key, change.now ?? captured.at)
  }

  test('names the employee to fetch, and nothing is taken from its values', async () => {
    expect(await give()).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        type: 'employee_with_fields.updated',
        occurredAt: undefined,
        externalAccountId: undefined,
        payload: { employeeId: '5', changedFields: ['First name'] },
        effects: [{ kind: 'refetch', entity: 'employees', ids: ['5'] }],
      },
    ])
  })

  test('is refused with any byte of body, timestamp or signature changed', async () => {
    const bytes = Buffer.from(captured.body)
    const { 'X-BambooHR-Timestamp': time, 'X-BambooHR-Signature': signature } = captured.headers
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const body = Buffer.from(bytes)
        body[at] = (body[at] ?? 0) ^ by
        expect(await give({ body })).toBe('WEBHOOK_UNVERIFIED')
      }),
    )
    const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), printable, async (place, other) => {
        for (const [name, value] of [
          ['X-BambooHR-Timestamp', time],
          ['X-BambooHR-Signature', signature],
        ] as const) {
          const at = place % value.length
          if (value[at] === other) continue
          const changed = value.slice(0, at) + other + value.slice(at + 1)
          expect(await give({ headers: { [name]: changed } }), changed).toBe('WEBHOOK_UNVERIFIED')
        }
      }),
    )
  })

  test('is good for five minutes either way', async () => {
    for (const away of [-5 * MINUTE, 0, 5 * MINUTE]) expect(await give({ now: captured.at + away })).toHaveLength(1)
    for (const away of [-5 * MINUTE - 1, 5 * MINUTE + 1]) {
      expect(await give({ now: captured.at + away })).toBe('WEBHOOK_UNVERIFIED')
    }
  })

  test('fits the key before too, while it is being changed; without a key it waits to be configured', async () => {
    expect(await give({ key: ['a new key', captured.key] })).toHaveLength(1)
    expect(await give({ key: 'a new key' })).toBe('WEBHOOK_UNVERIFIED')
    expect(await give({ key: undefined })).toBe('CONFIG_INVALID')
    expect(await give({ key: '' })).toBe('CONFIG_INVALID')
    expect(await give({ key: [captured.key, captured.key, captured.key] })).toBe('CONFIG_INVALID')
  })

  test('is refused when the time stands before the body, as some guides have it', async () => {
    const signed = (text: string) => createHmac('sha256', captured.key).update(text).digest('hex')
    const time = String(captured.at / 1000)
    expect(signed(captured.body + time)).toBe(captured.headers['X-BambooHR-Signature'])
    for (const wrong of [signed(`${time}.${captured.body}`), signed(time + captured.body), signed(captured.body)])
      expect(await give({ headers: { 'X-BambooHR-Signature': wrong } })).toBe('WEBHOOK_UNVERIFIED')
  })
})

let sandbox: RunningSandbox<Company, BamboohrActions>

async function open(options: BamboohrSandboxOptions = {}): Promise<void> {
  sandbox = await openSandbox(options)
  const opened = sandbox
  onTestFinished(() => opened.close())
}

async function api(method: string, path: string, body?: unknown, apiKey = sandboxApiKey) {
  const response = await fetch(`${sandbox.url}/api/v1/webhooks${path}`, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${apiKey}:x`).toString('base64')}`, accept: 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, text, json: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} }
}

const toEverything = {
  name: 'ours',
  url: 'https://app.example/hooks/org_1/bamboohr',
  format: 'json',
  events: ['employee.created', 'employee.updated', 'employee.deleted', 'company.updated', 'company.deleted'],
  monitorFields: ['firstName', 'lastName', 'mobilePhone', 'department', 'payRate', 'customUnionLocal'],
}
const withFields = {
  name: 'old',
  url: 'https://app.example/old',
  format: 'json',
  monitorFields: ['1', 'mobilePhone', 'department', 'payRate'],
  postFields: { firstName: 'First Name' },
}

async function hooked(spec: object, options: BamboohrSandboxOptions = {}) {
  await open({ people: 5, ...options })
  const { status, json } = await api('POST', '', spec)
  expect(status).toBe(201)
  return { key: String(json.privateKey), id: String(json.id), ...sandbox.actions }
}

/** Receives what waits, and says for each what it told and what for. */
async function take(key: string): Promise<{ type: string; effects: readonly WebhookEffect[] }[]> {
  const all: { type: string; effects: readonly WebhookEffect[] }[] = []
  for (const delivery of sandbox.actions.pendingDeliveries()) {
    const events = await receive(toRequest(delivery), key, sandbox.actions.now())
    if (typeof events === 'string') throw new Error(events)
    all.push(...events.map(({ type, effects }) => ({ type, effects })))
    sandbox.actions.answerDelivery(delivery.id, 200)
  }
  return all
}

const fetching = (id: string): WebhookEffect => ({ kind: 'refetch', entity: 'employees', ids: [id] })
const positions: WebhookEffect = { kind: 'resync', entity: 'positions' }
const payroll: WebhookEffect = { kind: 'resync', entity: 'payroll' }

describe('events of a sandbox', () => {
  test('tell who came, changed and went', async () => {
    const { key, hire, change, remove } = await hooked(toEverything)
    change('101', { mobilePhone: '+1 800-555-0000' })
    expect(await take(key)).toEqual([{ type: 'employee.updated', effects: [fetching('101')] }])
    const id = hire({ firstName: 'Ada' })
    const [created, ...more] = await take(key)
    expect(created).toEqual({ type: 'employee.created', effects: [fetching(id), positions, payroll] })
    // The vendor sends both; they fetch the same employee.
    expect(more.map(({ type, effects }) => [type, effects[0]])).toContainEqual(['employee.updated', fetching(id)])
    remove(id)
    expect(await take(key)).toEqual([
      {
        type: 'employee.deleted',
        effects: [{ kind: 'tombstone', entity: 'employees', id, version: undefined }, positions, payroll],
      },
    ])
  })

  test('of what a table shows look into that table, whichever of the two forms they have', async () => {
    for (const spec of [toEverything, withFields]) {
      const { key, change } = await hooked(spec)
      change('102', { department: null })
      change('103', { payAmount: '1.00' })
      change('104', { firstName: 'Ada' })
      expect((await take(key)).map(({ effects }) => effects)).toEqual([
        [fetching('102'), positions],
        [fetching('103'), payroll],
        [fetching('104')],
      ])
    }
  })

  test('fire for what is watched only, and for own fields apart', async () => {
    const { key, change, restrictField } = await hooked(toEverything)
    change('101', { homePhone: '+1 800-555-0001' })
    expect(await take(key)).toEqual([])
    change('101', { firstName: 'Ada', lastName: 'L.', unionLocal: 'Local 1' })
    expect(sandbox.actions.pendingDeliveries().map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      [['firstName', 'lastName'], ['customUnionLocal']].map((changedFields) => ({
        type: 'employee.updated',
        timestamp: '2026-06-01T12:00:00Z',
        data: { companyId: '48213', employeeId: '101', changedFields },
      })),
    )
    await take(key)
    restrictField('mobilePhone')
    change('101', { mobilePhone: '+1 800-555-0002' })
    expect(await take(key)).toEqual([])
  })

  test('of the company end the connection when it is deleted, and mean nothing else', async () => {
    const { key, tellCompany } = await hooked(toEverything)
    tellCompany('company.updated')
    tellCompany('company.deleted')
    tellCompany('company-integrations.updated')
    expect(await take(key)).toEqual([
      { type: 'company.updated', effects: [] },
      {
        type: 'company.deleted',
        effects: [{ kind: 'connection', status: 'disabled', reason: 'BambooHR deleted or cancelled the company.' }],
      },
    ])
  })

  test('name the account they come from, and when they happened', async () => {
    const { key, change } = await hooked(toEverything)
    change('101', { firstName: 'Ada' })
    const [delivery] = sandbox.actions.pendingDeliveries()
    if (!delivery) throw new Error('nothing waits')
    const events = await receive(toRequest(delivery), key, AT)
    expect(events).toMatchObject([{ externalAccountId: '48213', occurredAt: AT }])
  })

  test.each(['documented', 'captured'] as const)(
    'of field-based webhooks are understood as %s',
    async (fieldWebhooksAs) => {
      const { key, change, hire, remove } = await hooked(withFields, { fieldWebhooksAs })
      change('101', { firstName: 'Zoë' })
      const [delivery] = sandbox.actions.pendingDeliveries()
      expect(JSON.parse(delivery?.body ?? '')).toEqual({
        employees: [
          fieldWebhooksAs === 'captured'
            ? { changedFields: ['First Name'], fields: { 'First Name': { value: 'Zoë' } }, id: '101' }
            : {
                action: 'Updated',
                changedFields: ['First Name'],
                fields: { 'First Name': 'Zoë' },
                id: '101',
                timestamp: '2026-06-01T12:00:00+0000',
              },
        ],
      })
      expect((await take(key)).map(({ effects }) => effects)).toEqual([[fetching('101')]])
      remove(hire())
      const told = await take(key)
      // Without an action all that is known is that something changed: fetching shows that nobody is there.
      const last = fieldWebhooksAs === 'captured' ? 'refetch' : 'tombstone'
      expect(told.at(-1)?.effects[0]).toMatchObject({ kind: last, entity: 'employees' })
    },
  )

  test('as a form are verified and refused with what to do', async () => {
    const { key, change } = await hooked({ ...toEverything, format: 'form-encoded' })
    change('101', { firstName: 'Ada' })
    const [delivery] = sandbox.actions.pendingDeliveries()
    if (!delivery) throw new Error('nothing waits')
    expect(delivery.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(decodeURIComponent(delivery.body)).toContain('data[employeeId]=101&data[changedFields][0]=firstName')
    expect(await receive(toRequest(delivery), key, AT)).toBe('UNSUPPORTED')
    expect(await receive(toRequest({ ...delivery, body: `${delivery.body}&` }), key, AT)).toBe('WEBHOOK_UNVERIFIED')
  })
})

describe('the id of an event', () => {
  /** The ids in a delivery that fails, and in its repetition. */
  async function twice(spec: object, options: BamboohrSandboxOptions = {}) {
    const { key, change, advance, answerDelivery, pendingDeliveries, now } = await hooked(spec, options)
    change('101', { firstName: 'Ada' })
    const idsNow = async (): Promise<string[]> => {
      const ids: string[] = []
      for (const delivery of pendingDeliveries()) {
        const events = await receive(toRequest(delivery), key, now())
        if (typeof events !== 'string') ids.push(...events.map(({ id }) => id))
      }
      return ids
    }
    const first = await idsNow()
    const [delivery] = pendingDeliveries()
    answerDelivery(delivery?.id ?? '', 500)
    advance(5 * MINUTE)
    return { first, second: await idsNow(), change, idsNow, advance }
  }

  test('is the same in a repetition, which is signed anew, and another one for the next change', async () => {
    for (const spec of [toEverything, withFields]) {
      const { first, second, change, advance, idsNow } = await twice(spec)
      expect(first).toHaveLength(1)
      expect(second).toEqual(first)
      advance(1000)
      change('101', { firstName: 'Bea' })
      const both = await idsNow()
      expect(both).toHaveLength(2)
      expect(new Set(both).size).toBe(2)
    }
  })

  test('is another one in a repetition of an old form, whose bytes two changes may share', async () => {
    const { first, second, change, advance, idsNow } = await twice(withFields, { fieldWebhooksAs: 'captured' })
    expect(second).toHaveLength(1)
    expect(second).not.toEqual(first)
    advance(1000)
    change('101', { firstName: 'Bea' })
    change('101', { firstName: 'Ada' })
    expect(new Set(await idsNow()).size).toBeGreaterThan(1)
  })
})

describe('what a refetch brings', () => {
  async function fetched(ids: readonly string[], settings: Record<string, unknown> = {}) {
    const integration = await connect({ baseUrl: sandbox.url, settings })
    const found: Page[] = []
    if (!integration.fetch) throw new Error('it fetches nothing')
    for await (const page of integration.fetch('employees', ids)) found.push(page)
    const rows = found.flatMap(({ rows: some }) => some?.items.map(({ raw }) => some.read(raw)) ?? [])
    const records = rows.map((row) => (row.kind === 'record' ? row.record : row))
    return { records, deleted: found.flatMap(({ deleted }) => deleted ?? []) }
  }

  test.each([
    ['the listing', {}, {}],
    ['the dataset', { employeeListing: 'datasets', customFields: { local: 'customField4600' } }, {}],
    ['the dataset, because the listing is refused', {}, { listingRefused: true }],
  ])('is what %s shows now, and who is gone', async (_name, settings, options) => {
    const { change, remove } = await hooked(toEverything, options)
    change('101', {
      firstName: 'Ada',
      preferredName: null,
      lastName: 'Nouvelle',
      status: 'Inactive',
      unionLocal: 'Local 7',
    })
    remove('102')
    const { records, deleted } = await fetched(['101', '102', '103', '9999'], settings)
    expect(records).toMatchObject([{ id: '101', displayName: 'Ada Nouvelle', status: 'inactive' }, { id: '103' }])
    expect(deleted).toEqual(['102', '9999'])
    // Only the listing that the settings name shows the company's own fields.
    expect(property(records[0], 'customFields')).toEqual('customFields' in settings ? { local: 'Local 7' } : undefined)
  })

  test('says which entities can', () => {
    expect(bamboohr.entities.employees.fetchable).toBe(true)
    expect(bamboohr.entities.departments.fetchable).toBe(false)
    expect(bamboohr.capabilities.supportsWebhooks).toBe(true)
  })
})

describe('the webhooks API of the sandbox', () => {
  test('shows the key once, and keeps it', async () => {
    await open()
    const { status, json } = await api('POST', '', toEverything)
    expect(status).toBe(201)
    expect(json).toEqual({
      ...toEverything,
      id: '1',
      created: '2026-06-01 12:00:00',
      lastSent: null,
      postFields: {},
      includeCompanyDomain: false,
      privateKey: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    })
    const changed = { ...toEverything, monitorFields: ['lastName'] }
    const { privateKey, ...shown } = json
    expect((await api('GET', '/1')).json).toEqual(shown)
    expect((await api('PUT', '/1', changed)).json).toEqual({ ...shown, monitorFields: ['lastName'] })
    const { id, name, created, lastSent, url } = shown
    expect((await api('GET', '')).json).toEqual({ webhooks: [{ id, name, created, lastSent, url }] })
    sandbox.actions.change('101', { firstName: 'Ada' })
    expect(sandbox.actions.pendingDeliveries()).toEqual([])
    sandbox.actions.change('101', { lastName: 'L.' })
    expect(await take(String(privateKey))).toHaveLength(1)
  })

  test.each([
    ['no format', { format: undefined }],
    ['a plain http address', { url: 'http://app.example' }],
    ['another format', { format: 'xml' }],
    ['nothing to monitor', { monitorFields: [] }],
    ['an unknown event', { events: ['employee.promoted'] }],
    ['events of both kinds', { events: ['employee.deleted', 'employee_with_fields.deleted'] }],
    ['nothing to monitor and no events', { monitorFields: undefined, events: undefined }],
  ])('refuses %s', async (_name, change) => {
    await open()
    const { status, json } = await api('POST', '', { ...toEverything, ...change })
    expect(status).toBe(400)
    expect(json).toMatchObject({ errors: [{ error: 'Invalid request body' }] })
  })

  test('refuses fields that it does not know, and tells which there are', async () => {
    await open()
    const { status, json } = await api('POST', '', { ...toEverything, monitorFields: ['firstName', 'shoeSize'] })
    expect(status).toBe(403)
    expect(json).toMatchObject({ errors: [{ unknownFields: [{ id: 'shoeSize' }] }] })
    const fields = (await api('GET', '/monitor_fields')).json.fields
    expect(fields).toContainEqual({ id: '1', name: 'First Name', alias: 'firstName' })
  })

  test('shows a webhook to its owner only', async () => {
    const { id, acceptKey } = await hooked(toEverything)
    acceptKey('another')
    for (const [method, body] of [['GET'], ['PUT', toEverything], ['DELETE']] as const) {
      const { status, json } = await api(method, `/${id}`, body, 'another')
      expect([status, json]).toEqual([403, { errors: { error: `You do not have access to webhook ID: ${id}` } }])
    }
    expect((await api('GET', '', undefined, 'another')).json).toEqual({ webhooks: [] })
    expect((await api('GET', '/77')).status).toBe(404)
    expect((await api('GET', '/77/log')).status).toBe(404)
  })

  test('deletes a webhook with all that waits', async () => {
    const { id, change, pendingDeliveries } = await hooked(toEverything)
    change('101', { firstName: 'Ada' })
    expect(pendingDeliveries()).toHaveLength(1)
    expect(await api('DELETE', `/${id}`)).toMatchObject({ status: 200, text: 'Web hook has been deleted.' })
    expect(pendingDeliveries()).toEqual([])
    expect((await api('GET', `/${id}`)).status).toBe(404)
  })

  test('tries again five times after 5xx, signed anew each time, and then no more', async () => {
    const { key, id, change, advance, answerDelivery, pendingDeliveries, nextDeliveryAt, now } =
      await hooked(toEverything)
    change('101', { firstName: 'Ada' })
    const signatures = new Set<string | undefined>()
    const waits: number[] = []
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      const [delivery] = pendingDeliveries()
      if (!delivery) throw new Error('nothing waits')
      expect(delivery.attempt).toBe(attempt)
      expect(await receive(toRequest(delivery), key, now())).toHaveLength(1)
      signatures.add(delivery.headers['x-bamboohr-signature'])
      answerDelivery(delivery.id, 503)
      expect(pendingDeliveries()).toEqual([])
      const next = nextDeliveryAt()
      if (next === undefined) break
      waits.push((next - now()) / MINUTE)
      advance(next - now() - 1)
      expect(pendingDeliveries()).toEqual([])
      advance(1)
    }
    expect(waits).toEqual([5, 10, 20, 40, 80])
    expect(signatures.size).toBe(6)
    expect(nextDeliveryAt()).toBeUndefined()
    const { json } = await api('GET', `/${id}/log`)
    expect(json).toHaveLength(6)
    expect(Object.values(json)[0]).toEqual({
      webhookId: id,
      url: toEverything.url,
      format: 'json',
      lastAttempted: '2026-06-01 14:35:00',
      lastSuccess: '',
      statusCode: '503',
      employeeIds: ['101'],
    })
  })

  test('never tries again after 4xx', async () => {
    const { change, answerDelivery, pendingDeliveries, nextDeliveryAt } = await hooked(toEverything)
    change('101', { firstName: 'Ada' })
    answerDelivery(pendingDeliveries()[0]?.id ?? '', 401)
    expect(nextDeliveryAt()).toBeUndefined()
  })

  test('stops when the owner is let in no more', async () => {
    const { change, pendingDeliveries, revokeKey } = await hooked(toEverything)
    change('101', { firstName: 'Ada' })
    revokeKey()
    expect(pendingDeliveries()).toEqual([])
  })
})
