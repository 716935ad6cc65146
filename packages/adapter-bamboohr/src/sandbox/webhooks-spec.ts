/** What a webhook can be told to tell. Specification: schema WebhookEventType. */
export const webhookEvents = [
  'employee_with_fields.updated',
  'employee_with_fields.created',
  'employee_with_fields.deleted',
  'company-integrations.updated',
  'employee.created',
  'employee.updated',
  'employee.deleted',
  'company.updated',
  'company.deleted',
] as const
/** One of {@link webhookEvents}. */
export type WebhookEventName = (typeof webhookEvents)[number]

/** What whoever makes a webhook says of it. Specification: schema NewWebHook. */
export interface WebhookSpec {
  readonly name: string
  readonly url: string
  readonly format: 'json' | 'form-encoded'
  readonly events: readonly WebhookEventName[]
  /** Ids or aliases, as they were given. */
  readonly monitorFields: readonly string[]
  readonly postFields: Readonly<Record<string, string>>
  readonly includeCompanyDomain: boolean
}
