import { createHmac, hash } from 'node:crypto'
import { createDeliveryQueue } from '@unioneyes/testkit'
import type { WaitingDelivery } from '@unioneyes/testkit'
import type { Company } from './company.ts'
import type { Person } from './person.ts'
import { companyPayload, employeePayload } from './webhooks-payload.ts'
import type { EmployeeAction, Payload } from './webhooks-payload.ts'
import { changedAliases, monitorField } from './webhooks-fields.ts'
import type { WebhookEventName, WebhookSpec } from './webhooks-spec.ts'

/** A webhook as the company keeps it. */
export interface Webhook {
  readonly id: string
  /** Who made it: only they may see it, and it stops when they are let in no more. */
  readonly owner: string
  readonly created: number
  readonly privateKey: string
  spec: WebhookSpec
  lastSent: number | undefined
}

/** A request that the company wants to send: to be sent by whoever holds the sandbox. */
export interface SandboxDelivery {
  readonly id: string
  readonly webhookId: string
  readonly method: 'POST'
  readonly url: string
  /** Signed for the moment at which it was asked for: every attempt has another time. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** 1 for the first. */
  readonly attempt: number
  /** What it tells. */
  readonly event: WebhookEventName
}

/** An entry of a webhook's log. */
export interface WebhookLogEntry {
  readonly webhookId: string
  readonly url: string
  readonly lastAttempted: number
  readonly lastSuccess: number | undefined
  readonly statusCode: number
  readonly format: WebhookSpec['format']
  readonly employeeIds: readonly string[]
}

/** The webhooks of one imitated company. */
export type Webhooks = ReturnType<typeof createWebhooks>

// Specification: response WebhookServerErrorResponse. Each is the wait after the attempt before.
const RETRY_MS: readonly number[] = [5, 10, 20, 40, 80].map((minutes) => minutes * 60_000)
const LOG_DAYS = 14
const LOG_ENTRIES = 200

interface Told {
  readonly webhook: Webhook
  readonly event: WebhookEventName
  readonly payload: Payload
  readonly employeeIds: readonly string[]
}

/** Opens the webhooks of a company, and from then on watches who comes, changes and goes. */
export function createWebhooks(company: Company) {
  const hooks = new Map<string, Webhook>()
  const queue = createDeliveryQueue<Told>(company.now)
  let log: WebhookLogEntry[] = []
  let made = 0
  let told = 0

  const isActive = ({ owner }: Webhook): boolean => owner === OAUTH_OWNER || company.keys.has(owner)

  function tell(webhook: Webhook, event: WebhookEventName, payload: Payload, employeeIds: readonly string[]): void {
    told += 1
    queue.add(String(told), { webhook, event, payload, employeeIds })
  }

  function tellEmployee(action: EmployeeAction, person: Person, changed: readonly string[]): void {
    const id = String(person.id)
    for (const webhook of hooks.values()) {
      const { spec } = webhook
      for (const event of [`employee.${action}`, `employee_with_fields.${action}`] as const) {
        if (!spec.events.includes(event)) continue
        for (const fields of action === 'updated' ? groupsOf(monitored(spec, changed)) : [[]]) {
          tell(webhook, event, employeePayload({ event, person, fields, spec, company }), [id])
        }
      }
    }
  }

  function tellCompany(event: WebhookEventName): void {
    for (const webhook of hooks.values()) {
      if (webhook.spec.events.includes(event)) tell(webhook, event, companyPayload(event, webhook.spec, company), [])
    }
  }

  // Nothing fires for what the webhook's owner may not see (specification: employee.updated).
  function monitored(spec: WebhookSpec, changed: readonly string[]): string[] {
    const wanted = new Set(spec.monitorFields.map((name) => monitorField(name)?.alias))
    return changed.filter((alias) => wanted.has(alias) && !company.restricted.has(alias))
  }

  watch(company, {
    isListening: () => hooks.size > 0,
    created: (person) => {
      tellEmployee('created', person, [])
      // The create-then-initialize pattern of the specification.
      tellEmployee('updated', person, changedAliases(undefined, person, company))
    },
    changed: (before, after) => tellEmployee('updated', after, changedAliases(before, after, company)),
    removed: (person) => tellEmployee('deleted', person, []),
  })

  return {
    list: (): Webhook[] => [...hooks.values()],
    get: (id: string): Webhook | undefined => hooks.get(id),
    create(owner: string, spec: WebhookSpec): Webhook {
      made += 1
      const id = String(made)
      const privateKey = hash('sha256', `${String(company.options.seed ?? 1)}/${id}/${spec.url}`).slice(0, 32)
      const webhook = { id, owner, created: company.now(), privateKey, spec, lastSent: undefined }
      hooks.set(id, webhook)
      return webhook
    },
    delete(id: string): void {
      hooks.delete(id)
      queue.drop(({ webhook }) => webhook.id === id)
    },
    log: (id: string): WebhookLogEntry[] =>
      log.filter(({ webhookId, lastAttempted }) => {
        return webhookId === id && lastAttempted > company.now() - LOG_DAYS * 86_400_000
      }),

    actions: {
      /** The company itself changed, was deleted, or had its integrations changed. */
      tellCompany: (event: 'company.updated' | 'company.deleted' | 'company-integrations.updated'): void =>
        tellCompany(event),
      /** What would be sent now, each request exactly as the company would send it. Asking again signs it anew. */
      pendingDeliveries: (): SandboxDelivery[] =>
        queue
          .due()
          .filter(({ content }) => isActive(content.webhook))
          .map((one) => toDelivery(one, company.now())),
      /** When the next delivery that waits is due, in milliseconds since 1970; undefined when none waits. */
      nextDeliveryAt: (): number | undefined => queue.nextDueAt(),
      /** How an endpoint answered: 5xx is tried again after 5, 10, 20, 40 and 80 minutes, everything else is the end of it. */
      answerDelivery: (id: string, status: number): void => {
        const { attempt, content } = queue.get(id)
        const { webhook, employeeIds } = content
        const now = company.now()
        webhook.lastSent = now
        const { url, format } = webhook.spec
        const lastSuccess = status >= 200 && status < 300 ? now : undefined
        log = [
          { webhookId: webhook.id, url, lastAttempted: now, lastSuccess, statusCode: status, format, employeeIds },
          ...log,
        ].slice(0, LOG_ENTRIES)
        queue.answered(id, status >= 500 ? RETRY_MS[attempt - 1] : undefined)
      },
    },
  }
}

/** Who made a webhook with an access token. */
export const OAUTH_OWNER = 'oauth'

// Sheet: Webhooks. Signed over body, then time, with the private key as text; in lower-case hex.
function toDelivery({ id, attempt, content }: WaitingDelivery<Told>, now: number): SandboxDelivery {
  const { webhook, event, payload } = content
  const timestamp = String(Math.floor(now / 1000))
  const { contentType, body } = payload
  return {
    id,
    webhookId: webhook.id,
    method: 'POST',
    url: webhook.spec.url,
    headers: {
      'content-type': contentType,
      'x-bamboohr-timestamp': timestamp,
      'x-bamboohr-signature': createHmac('sha256', webhook.privateKey)
        .update(body + timestamp)
        .digest('hex'),
    },
    body,
    attempt,
    event,
  }
}

// Changes of an account's own fields and of standard ones come as two events (specification: employee.updated).
function groupsOf(aliases: readonly string[]): string[][] {
  const isOwn = (alias: string): boolean => alias.startsWith('custom')
  const groups = [aliases.filter((alias) => !isOwn(alias)), aliases.filter(isOwn)]
  return groups.filter(({ length }) => length > 0)
}

interface Watcher {
  /** Whether anybody wants to know: comparing people costs time. */
  isListening(): boolean
  created(person: Person): void
  changed(before: Person, after: Person): void
  removed(person: Person): void
}

function watch(company: Company, watcher: Watcher): void {
  const unwatched = { ...company }
  const personOf = (id: string): Person | undefined => {
    const index = watcher.isListening() ? company.find(id) : undefined
    return index === undefined ? undefined : company.person(index)
  }
  company.hire = (patch) => {
    const id = unwatched.hire(patch)
    const person = personOf(id)
    if (person) watcher.created(person)
    return id
  }
  company.change = (id, patch) => {
    const before = personOf(id)
    unwatched.change(id, patch)
    const after = personOf(id)
    if (before && after) watcher.changed(before, after)
  }
  company.remove = (id) => {
    const person = personOf(id)
    unwatched.remove(id)
    if (person) watcher.removed(person)
  }
}
