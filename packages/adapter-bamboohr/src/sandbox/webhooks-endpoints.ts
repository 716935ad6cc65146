import { jsonResponse } from '@unioneyes/testkit'
import type { SandboxRequest, SandboxResponse, SandboxRoute } from '@unioneyes/testkit'
import { z } from 'zod'
import { monitorField, monitorFields } from './webhooks-fields.ts'
import { webhookEvents } from './webhooks-spec.ts'
import type { WebhookSpec } from './webhooks-spec.ts'
import { OAUTH_OWNER } from './webhooks.ts'
import type { Webhook, Webhooks } from './webhooks.ts'

/** What these endpoints look at. */
interface Hooked {
  readonly webhooks: Webhooks
}

// Specification: schema NewWebHook, and the texts of create-webhook.
const LEGACY = 'employee_with_fields.'
const newWebhook = z
  .object({
    name: z.string(),
    url: z.string().startsWith('https://', 'url must begin with https://'),
    format: z.enum(['json', 'form-encoded']),
    events: z
      .array(z.enum(webhookEvents))
      .min(1)
      .default(['employee_with_fields.updated', 'employee_with_fields.deleted', 'employee_with_fields.created']),
    monitorFields: z.array(z.string()).default([]),
    postFields: z.record(z.string(), z.string()).default({}),
    includeCompanyDomain: z.boolean().default(false),
  })
  .refine(
    ({ events }) =>
      new Set(events.filter((one) => one.startsWith('employee')).map((one) => one.startsWith(LEGACY))).size < 2,
    {
      message: 'employee_with_fields events and employee events cannot be mixed',
    },
  )
  .refine(
    ({ events, monitorFields }) => monitorFields.length > 0 || !events.some((one) => /^employee.*\.updated$/.test(one)),
    {
      message: 'monitorFields must not be empty',
    },
  )

/** `/api/v1/webhooks` and what is below it. */
export const webhookRoutes: readonly SandboxRoute<Hooked>[] = [
  {
    method: 'GET',
    path: '/api/v1/webhooks',
    cites: ['openapi GET /api/v1/webhooks', 'sheet: Webhooks'],
    handle: (request, { webhooks }) => {
      const own = webhooks.list().filter(({ owner }) => owner === ownerOf(request))
      return jsonResponse({
        webhooks: own.map(({ id, created, lastSent, spec: { name, url } }) => {
          return { id, name, created: toTime(created), lastSent: toTime(lastSent), url }
        }),
      })
    },
  },
  {
    method: 'POST',
    path: '/api/v1/webhooks',
    cites: ['openapi POST /api/v1/webhooks', 'sheet: Webhooks'],
    handle: (request, { webhooks }) =>
      checked(request, (spec) => {
        const webhook = webhooks.create(ownerOf(request), spec)
        // The only answer that holds the key.
        return jsonResponse({ ...toAnswer(webhook), privateKey: webhook.privateKey }, 201)
      }),
  },
  {
    method: 'GET',
    path: '/api/v1/webhooks/monitor_fields',
    cites: ['openapi GET /api/v1/webhooks/monitor_fields', 'sheet: Webhooks'],
    handle: () => jsonResponse({ fields: monitorFields }),
  },
  {
    method: 'GET',
    path: '/api/v1/webhooks/{id}',
    cites: ['openapi GET /api/v1/webhooks/{id}', 'sheet: Webhooks'],
    handle: (request, { webhooks }) => owned(request, webhooks, (webhook) => jsonResponse(toAnswer(webhook))),
  },
  {
    method: 'PUT',
    path: '/api/v1/webhooks/{id}',
    cites: ['openapi PUT /api/v1/webhooks/{id}', 'sheet: Webhooks'],
    handle: (request, { webhooks }) =>
      owned(request, webhooks, (webhook) =>
        checked(request, (spec) => {
          webhook.spec = spec
          return jsonResponse(toAnswer(webhook))
        }),
      ),
  },
  {
    method: 'DELETE',
    path: '/api/v1/webhooks/{id}',
    cites: ['openapi DELETE /api/v1/webhooks/{id}', 'sheet: Webhooks'],
    handle: (request, { webhooks }) =>
      owned(request, webhooks, ({ id }) => {
        webhooks.delete(id)
        return { headers: { 'content-type': 'text/plain' }, body: 'Web hook has been deleted.' }
      }),
  },
  {
    method: 'GET',
    path: '/api/v1/webhooks/{id}/log',
    cites: ['openapi GET /api/v1/webhooks/{id}/log', 'sheet: Webhooks'],
    handle: (request, { webhooks }) =>
      owned(request, webhooks, ({ id }) =>
        jsonResponse(
          webhooks.log(id).map(({ lastAttempted, lastSuccess, statusCode, employeeIds, ...rest }) => ({
            ...rest,
            lastAttempted: toTime(lastAttempted),
            lastSuccess: toTime(lastSuccess) ?? '',
            statusCode: String(statusCode),
            employeeIds,
          })),
        ),
      ),
  },
]

function ownerOf({ headers }: SandboxRequest): string {
  const [scheme, encoded = ''] = (headers.authorization ?? '').split(' ')
  if (scheme !== 'Basic') return OAUTH_OWNER
  return Buffer.from(encoded, 'base64').toString().split(':')[0] ?? ''
}

function owned(
  request: SandboxRequest,
  webhooks: Webhooks,
  answer: (webhook: Webhook) => SandboxResponse,
): SandboxResponse {
  const { id = '' } = request.params
  const webhook = webhooks.get(id)
  // Specification: schema WebhookError and its example; the 403 of update-webhook.
  if (!webhook) return jsonResponse({ errors: [{ error: `No webhook was found with ID: ${id}.` }] }, 404)
  if (webhook.owner === ownerOf(request)) return answer(webhook)
  return jsonResponse({ errors: { error: `You do not have access to webhook ID: ${id}` } }, 403)
}

function checked(request: SandboxRequest, answer: (spec: WebhookSpec) => SandboxResponse): SandboxResponse {
  const parsed = newWebhook.safeParse(readJson(request.body))
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '))
    return jsonResponse({ errors: [{ error: 'Invalid request body', issues }] }, 400)
  }
  const unknownFields = parsed.data.monitorFields.filter((name) => !monitorField(name))
  if (unknownFields.length === 0) return answer(parsed.data)
  const error = {
    error: 'Permission denied to the following fields',
    unknownFields: unknownFields.map((id) => ({ id })),
  }
  return jsonResponse({ errors: [error] }, 403)
}

function readJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString())
  } catch {
    return undefined
  }
}

// Specification: schema WebHookResponse.
function toAnswer({ id, created, lastSent, spec }: Webhook): object {
  const { monitorFields: fields, ...rest } = spec
  return {
    id,
    ...rest,
    created: toTime(created),
    lastSent: toTime(lastSent),
    monitorFields: fields.length === 0 ? null : fields,
  }
}

/** Specification: UTC, YYYY-MM-DD HH:MM:SS. */
function toTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}
