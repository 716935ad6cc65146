/** What kind of system a provider is. It decides which entities and models apply. */
export const IntegrationType = {
  HRIS: 'hris',
  ACCOUNTING: 'accounting',
  INSURANCE: 'insurance',
  PENSION: 'pension',
  LMS: 'lms',
  COMMUNICATION: 'communication',
  DOCUMENT_MANAGEMENT: 'document_management',
} as const
/** One of the {@link IntegrationType} values. */
export type IntegrationType = (typeof IntegrationType)[keyof typeof IntegrationType]

/**
 * The providers this project knows by name. The set is open: any string id that a community adapter registers is as good.
 */
export const IntegrationProvider = {
  WORKDAY: 'workday',
  BAMBOOHR: 'bamboohr',
  ADP: 'adp',
  DAYFORCE: 'dayforce',
  UKG: 'ukg',
  QUICKBOOKS: 'quickbooks',
  XERO: 'xero',
  SAGE_INTACCT: 'sage-intacct',
  FRESHBOOKS: 'freshbooks',
  WAVE: 'wave',
  SUNLIFE: 'sunlife',
  MANULIFE: 'manulife',
  BLUE_CROSS: 'blue-cross',
  GREEN_SHIELD: 'green-shield',
  CANADA_LIFE: 'canada-life',
  OTPP: 'otpp',
  CPP_QPP: 'cpp-qpp',
  PROVINCIAL_PENSION: 'provincial-pension',
  LINKEDIN_LEARNING: 'linkedin-learning',
  UDEMY: 'udemy',
  COURSERA: 'coursera',
  SLACK: 'slack',
  MICROSOFT_TEAMS: 'microsoft-teams',
  SHAREPOINT: 'sharepoint',
  GOOGLE_DRIVE: 'google-drive',
  DROPBOX: 'dropbox',
} as const
/** A provider id: one of the known ones (offered by the editor) or any other string. */
export type IntegrationProvider = (typeof IntegrationProvider)[keyof typeof IntegrationProvider] | (string & {})

/** How a sync reads: everything, or what changed since the saved cursor. */
export const SyncType = { FULL: 'full', INCREMENTAL: 'incremental' } as const
/** One of the {@link SyncType} values. */
export type SyncType = (typeof SyncType)[keyof typeof SyncType]

/** The states of a sync run. See `nextStatuses` for the moves allowed between them. */
export const SyncStatus = {
  PENDING: 'pending',
  RUNNING: 'running',
  SUCCESS: 'success',
  PARTIAL: 'partial',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const
/** One of the {@link SyncStatus} values. */
export type SyncStatus = (typeof SyncStatus)[keyof typeof SyncStatus]

/** The state of a connection to a provider. */
export const ConnectionStatus = {
  ACTIVE: 'active',
  DEGRADED: 'degraded',
  NEEDS_RECONNECT: 'needs_reconnect',
  DISABLED: 'disabled',
} as const
/** One of the {@link ConnectionStatus} values. */
export type ConnectionStatus = (typeof ConnectionStatus)[keyof typeof ConnectionStatus]
