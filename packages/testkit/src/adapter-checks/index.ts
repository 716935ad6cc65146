export type { AdapterCheck, SkipContext } from './adapter-check.ts'
export { adapterChecks } from './adapter-checks.ts'
export type {
  AdapterSubject,
  EntityHand,
  FieldPlace,
  FieldPlaces,
  ItemsLens,
  ListingMatch,
  PagingHand,
  WebhookHand,
} from './adapter-subject.ts'
export { formatReport } from './format-report.ts'
export { runAdapterChecks, scoreOf } from './run-adapter-checks.ts'
export type { AdapterCheckResult, AdapterCheckResults, AdapterScore } from './run-adapter-checks.ts'
