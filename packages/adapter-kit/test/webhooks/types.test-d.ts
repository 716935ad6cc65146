import { IntegrationType } from '@unioneyes/core'
import type { AdapterWebhooks, VerifiedDelivery, WebhookDelivery } from '@unioneyes/core'
import {
  connectionIs,
  defineAdapter,
  defineApi,
  echoBody,
  echoQuery,
  hmacSha256,
  pages,
  property,
  refetch,
  resync,
  tombstone,
} from '@unioneyes/adapter-kit'
import { hris } from '@unioneyes/models'
import { z } from 'zod'

// Checked by the compiler only: what must compile does, and each @ts-expect-error is an error.

type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Assert<T extends true> = T

const api = defineApi({
  credentials: z.object({ token: z.string(), hook: z.string().optional() }),
  settings: z.object({ team: z.string() }),
  baseUrl: 'https://api.example.com',
  auth: () => ({}),
  rateLimit: { requests: 1, per: 'second' },
  check: (http) => http.get('me'),
})

const departments = api.entity(hris.department).list({
  path: 'departments',
  paginate: pages.single(),
  wire: z.object({ id: z.string(), name: z.string() }),
  map: ({ name }) => ({ name, active: true }),
})

const wire = z.object({ type: z.string(), id: z.string(), team: z.string().nullish() })

const webhooks = api.webhooks({
  // The credentials are those of the API.
  verify: hmacSha256({ secret: (credentials) => credentials.hook, header: 'x-signature' }),
  wire,
  split: (body) => [{ type: body.type, account: body.team, data: body }],
  events: {
    'department.updated': ({ data }) => refetch('departments', data.id),
    'department.deleted': ({ data }) => [tombstone('departments', data.id), resync('employees')],
    'app.removed': () => connectionIs('needs_reconnect', 'The app was removed.'),
    ping: () => [],
  },
})
export type Check1 = Assert<Same<typeof webhooks, AdapterWebhooks<'departments' | 'employees'>>>

const card = { provider: 'example', name: 'Example', type: IntegrationType.HRIS, version: '1.0.0', api } as const
export const adapter = defineAdapter({ ...card, entities: { departments, employees: departments }, webhooks })

// @ts-expect-error no entity of the adapter is called employees
defineAdapter({ ...card, entities: { departments }, webhooks })

// A function for all events says the same.
const byFunction = api.webhooks({
  verify: hmacSha256({ secret: ({ hook }) => [hook, hook], header: 'x-signature', encoding: 'base64' }),
  handshake: echoBody((body) => property(body, 'challenge')),
  wire,
  split: (body) => [{ type: body.type, data: body.id }],
  events: ({ type, data }) => (type === 'gone' ? [tombstone('departments', data)] : [refetch('people', [data])]),
})
export type Check2 = Assert<Same<typeof byFunction, AdapterWebhooks<'departments' | 'people'>>>

const ofTheApp = api.appWebhooks(z.object({ signingSecret: z.string() }), {
  accountOf: (settings) => settings.team,
  verify: hmacSha256({
    secret: (app) => app.signingSecret,
    header: 'x-signature',
    prefix: 'v0=',
    timestamp: 'x-timestamp',
    message: ({ body }, timestamp) => ['v0:', timestamp, ':', body],
  }),
  handshake: echoQuery('challenge', { method: 'GET' }),
  wire,
  split: (body) => [{ type: body.type, account: body.team, data: body }],
  events: { gone: ({ data }) => tombstone('departments', data.id) },
})
export const installed = defineAdapter({ ...card, entities: { departments }, webhooks: ofTheApp })

// What must not compile.
const common = { wire, split: (body: z.output<typeof wire>) => [{ type: body.type, data: body }], events: {} }

api.webhooks({
  ...common,
  // @ts-expect-error the credentials have no such secret
  verify: hmacSha256({ secret: (app: { readonly signingSecret: string }) => app.signingSecret, header: 'x-signature' }),
})

api.webhooks({
  ...common,
  // @ts-expect-error a verifier that answers true has not said what it looked at
  verify: { check: () => true },
})

// @ts-expect-error a message with a time needs the place where the time stands
hmacSha256({ secret: () => 's', header: 'x-signature', message: 'timestamp.body' })

// @ts-expect-error a time that is not signed proves nothing
hmacSha256({ secret: () => 's', header: 'x-signature', message: 'body', timestamp: 'x-timestamp' })

// Nothing is read that was not verified, nor what is still being verified, nor what only looks like it.
type Read = Parameters<(typeof webhooks)['events']>[0]
type LooksLikeIt = { readonly [K in keyof VerifiedDelivery]: VerifiedDelivery[K] }
export type Check3 = Assert<Same<VerifiedDelivery extends Read ? true : false, true>>
export type Check4 = Assert<Same<WebhookDelivery extends Read ? true : false, false>>
export type Check5 = Assert<Same<ReturnType<(typeof webhooks)['verify']> extends Read ? true : false, false>>
export type Check6 = Assert<Same<LooksLikeIt extends Read ? true : false, false>>
