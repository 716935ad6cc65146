const connection = ['integration.organization.id', 'integration.provider', 'integration.connection.name'] as const
const changes = [
  'integration.records.created',
  'integration.records.updated',
  'integration.records.unchanged',
  'integration.records.deleted',
  'integration.records.failed',
] as const
const totals = ['integration.sync.pages', 'integration.records.processed', ...changes] as const

/**
 * Every span and metric of the engine, with its attributes: the code takes the names from here, `docs/observability.md` is
 * generated from it, and a test compares both with what is emitted. Names without `integration.` are OpenTelemetry's own.
 */
export const syncTelemetry = {
  scope: '@unioneyes/sync-engine',
  spans: {
    run: {
      name: 'integration.sync',
      kind: 'internal',
      attributes: [
        ...connection,
        'integration.sync.run_id',
        'integration.sync.type',
        'integration.sync.entities',
        'integration.sync.dry_run',
        'integration.sync.resumes',
        'integration.sync.status',
        ...totals,
        'error.type',
      ],
      says: 'One run, from taking its leases to logging its end.',
    },
    entity: {
      name: 'integration.sync.entity',
      kind: 'internal',
      attributes: [
        ...connection,
        'integration.entity',
        'integration.sync.run_id',
        'integration.sync.type',
        'integration.sync.status',
        ...totals,
        'error.type',
      ],
      says: 'One entity of a run. The requests of its reader are children of it.',
    },
    commit: {
      name: 'integration.sync.commit',
      kind: 'internal',
      attributes: [...connection, 'integration.entity', 'integration.sync.pages', ...changes, 'error.type'],
      says: 'One transaction: the pages that were gathered for it, and what they changed.',
    },
    sweep: {
      name: 'integration.sync.sweep',
      kind: 'internal',
      attributes: [
        ...connection,
        'integration.entity',
        'integration.records.deleted',
        'integration.records.held',
        'error.type',
      ],
      says: 'Deleting what a proven complete listing did not show, also later by `approveDeletions`.',
    },
  },
  events: {},
  metrics: {
    runs: {
      name: 'integration.sync.runs',
      instrument: 'counter',
      unit: '{run}',
      attributes: [...connection, 'integration.sync.type', 'integration.sync.status', 'error.type'],
      says: 'Runs that ended. Dry runs are not counted.',
    },
    duration: {
      name: 'integration.sync.run.duration',
      instrument: 'histogram',
      unit: 's',
      attributes: [...connection, 'integration.sync.type', 'integration.sync.status'],
      buckets: [0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400],
      says: 'How long they took.',
    },
    records: {
      name: 'integration.sync.records',
      instrument: 'counter',
      unit: '{record}',
      attributes: [...connection, 'integration.entity', 'integration.record.outcome'],
      says: 'Records by what became of them, counted as they are committed.',
    },
    pages: {
      name: 'integration.sync.pages',
      instrument: 'counter',
      unit: '{page}',
      attributes: [...connection, 'integration.entity'],
      says: 'Pages of the provider that were committed.',
    },
    quarantine: {
      name: 'integration.quarantine.records',
      instrument: 'gauge',
      unit: '{record}',
      attributes: [...connection, 'integration.entity'],
      says: 'Records in quarantine when the entity was last synced.',
    },
    lastSuccess: {
      name: 'integration.sync.last_success',
      instrument: 'gauge',
      unit: 's',
      attributes: [...connection, 'integration.entity'],
      says: 'When the entity was last synced with success, in seconds since 1970: its distance to now is how stale the data is. Absent until the first success of the process.',
    },
  },
  attributes: {
    'integration.organization.id': 'The organization.',
    'integration.provider': "The provider's id: `bamboohr`.",
    'integration.connection.name': 'The connection: `default` unless the organization has several to one provider.',
    'integration.entity': 'The entity: `employees`.',
    'integration.sync.run_id': 'The run, as in `sync.history`.',
    'integration.sync.type': '`full` or `incremental`; of an entity, what was really read.',
    'integration.sync.entities': 'The entities of the run.',
    'integration.sync.dry_run': 'True for a run that writes nothing; absent otherwise.',
    'integration.sync.resumes': 'The run whose unfinished listing this one went on with.',
    'integration.sync.status': '`success`, `partial`, `failed` or `cancelled`.',
    'integration.sync.pages': 'Pages of the provider.',
    'integration.record.outcome': '`created`, `updated`, `unchanged`, `deleted`, or `failed`: quarantined.',
    'integration.records.processed': 'Records read, repeats included.',
    'integration.records.created': 'Records created.',
    'integration.records.updated': 'Records updated.',
    'integration.records.unchanged': 'Records that were as they are.',
    'integration.records.deleted': 'Records deleted.',
    'integration.records.failed': 'Records quarantined.',
    'integration.records.held': 'Deletions that wait for `approveDeletions`; absent when there are none.',
    'error.type': 'The code of the error. Absent when nothing failed.',
  },
} as const

/** Attributes that the engine may emit; any other name does not compile. */
export type SyncAttributes = {
  readonly [Name in keyof (typeof syncTelemetry)['attributes']]?: string | number | boolean | string[]
}
