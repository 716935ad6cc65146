import type { Facts } from './adapter-check.ts'
import type { FieldPlace, FieldPlaces } from './adapter-subject.ts'

type Reason = (facts: Facts) => string | undefined

/** The first reason of several not to apply. */
export const unless =
  (...reasons: readonly Reason[]): Reason =>
  (facts) => {
    for (const reason of reasons) {
      const found = reason(facts)
      if (found !== undefined) return found
    }
    return undefined
  }

const when =
  (applies: (facts: Facts) => boolean, reason: string): Reason =>
  (facts) =>
    applies(facts) ? undefined : reason

/** The listing has pages. */
export const paged = when(
  ({ paging }) => paging !== undefined,
  'the listing is one answer, as far as the hand says (`paging`)',
)

/** A read takes several pages. */
export const inSeveralPages = when(
  ({ severalPages }) => severalPages,
  'the listing is one page, as far as the hand says (`paging`, `severalPages`)',
)

/** An identifier may be any text or number. */
export const anyIds = when(
  ({ formedIds }) => !formedIds,
  'identifiers have a form in which none looks like another, as the hand says (`formedIds`)',
)

/** An empty page is not what ends the listing. */
export const endsBySignal = when(
  ({ paging }) => paging?.end === 'signal',
  'the provider ends a listing by an empty or short page, so nothing can tell one from the end',
)

/** A short page is not what ends the listing. */
export const shortPagesAllowed = when(
  ({ paging }) => paging?.end !== 'short',
  'the provider ends a listing by a short page, so nothing can tell one from the end',
)

/** The order of items is of no importance to paging. */
export const unordered = when(
  ({ paging }) => paging?.ordered !== true,
  'paging relies on the order that the provider promises',
)

/** The provider states how many records there are. */
export const stated = when(
  ({ paging }) => paging?.total === true,
  'the provider states no total that could be compared',
)

/** Changes can be read. */
export const incremental = when(({ info }) => info.incremental, 'the entity is not read incrementally')

/** Records can be fetched by their ids. */
export const fetchable = when(({ info }) => info.fetchable === true, 'the adapter does not fetch this entity by ids')

/** Changes cannot be read. */
export const notIncremental = when(({ info }) => !info.incremental, 'the entity is read incrementally')

/** The sandbox's time can be moved. */
export const timed = when(({ can }) => can.advance, 'the subject cannot move the time of its sandbox (`advance`)')

/** Records can be removed. */
export const removable = when(({ can }) => can.remove, 'the hand cannot remove a record (`remove`)')

/** Deletions are told by the increments. */
export const tellsDeletions = when(
  ({ info }) => info.incremental && info.deletions !== 'absence',
  'the entity tells deletions by absence from a full listing only',
)

/** Changes can be dated back. */
export const backdatable = when(({ can }) => can.backdate, 'the hand cannot date a change back (`backdate`)')

/** The hand knows what records must be. */
export const expectable = when(({ can }) => can.expect, 'the hand does not say what a record must be (`expected`)')

/** The hand names a field of a kind. */
export const hasField = (kind: keyof Facts['fields']): Reason =>
  when(({ fields }) => fields[kind] !== undefined, `the hand names no such field (\`fields.${kind}\`)`)

/** The hand names a text, optional or not. */
export const hasText = when(
  ({ fields }) => textField(fields) !== undefined,
  'the hand names no text (`fields.text`, `fields.requiredText`)',
)

/** The field to put a text, or something else, into. */
export const textField = (fields: FieldPlaces): FieldPlace | undefined => fields.text ?? fields.requiredText

/** The dialect says how long to wait. */
export const saysHowLong = when(({ retryAfter }) => retryAfter, 'the dialect of the sandbox has no Retry-After')

/** Answers name the URL of the next page. */
export const followsLinks = when(
  ({ nextLink }) => nextLink !== undefined,
  'the adapter follows no links, as far as the hand says (`paging.nextLink`)',
)

/** Which request for a page is the first in the middle of a listing. */
export const midway = ({ paging }: Pick<Facts, 'paging'>): number => (paging ? 2 : 1)
