import type { ConnectionKey, RunCounters, SyncStatus, SyncType } from '@unioneyes/core'

/** A step of a run, as it happens. */
export type SyncProgress = ConnectionKey & {
  readonly runId: string
  /** Milliseconds since 1970. */
  readonly at: number
} & SyncStep

/** What happened. Counters are those of the run and entity so far. */
export type SyncStep =
  | {
      readonly step: 'started'
      readonly type: SyncType
      readonly entities: readonly string[]
      readonly resumes: string | undefined
    }
  | {
      readonly step: 'page'
      readonly entity: string
      readonly counters: RunCounters
      readonly total: number | undefined
    }
  | { readonly step: 'restarted'; readonly entity: string; readonly reason: string }
  | { readonly step: 'sweeping'; readonly entity: string; readonly missing: number }
  | { readonly step: 'held'; readonly entity: string; readonly deletions: number; readonly live: number }
  | { readonly step: 'entity'; readonly entity: string; readonly status: SyncStatus; readonly counters: RunCounters }
  | { readonly step: 'finished'; readonly status: SyncStatus; readonly counters: RunCounters }
