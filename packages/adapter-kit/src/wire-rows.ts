import { describeIssue } from '@unioneyes/core'
import type { EntityRecord, RowResult, WireRows } from '@unioneyes/core'
import { z } from 'zod'
import { UnfitRow } from './unfit-row.ts'
import { toId } from './wire-id.ts'

/**
 * What a mapping may return for a record of type `T`: null or undefined where `T` has an optional property (both mean
 * "absent" and are left out), and no `id` where the row's own is meant.
 */
export type Mapped<T extends EntityRecord> = { readonly id?: string | undefined } & {
  readonly [K in keyof T as K extends 'id' ? never : K]: undefined extends T[K] ? T[K] | null : T[K]
}

/** Refuses a property that the record type does not have, which the compiler would otherwise let pass. */
export type OnlyKeysOf<T, R> = Readonly<Record<Exclude<keyof R, keyof T>, never>>

/** How the items of an answer become records. */
export interface RowRules<T extends EntityRecord, S, W extends z.ZodType, R extends Mapped<T> = Mapped<T>> {
  /**
   * The property of an item that holds its identifier, or a function that finds it. Text, whole numbers and big integers
   * count; anything else leaves the item without an id. @default 'id'
   */
  readonly id?: string | ((item: unknown) => unknown) | undefined
  /** What an item must look like: only what {@link RowRules.map} reads. A row that does not fit is quarantined. */
  readonly wire: W
  /**
   * Properties whose value differs at every read although nothing changed: signed links that expire, mostly. They are left
   * out of the payload, which would otherwise look changed every time. @default none
   */
  readonly volatile?: readonly string[] | undefined
  /** Makes the record, or throws `unfit(reason)`. Called only for items that changed since the last sync. */
  readonly map: (row: z.output<W>, context: MapContext<S>) => R & OnlyKeysOf<T, R>
  /** Whether the row says that the record is gone. */
  readonly isDeleted?: ((row: z.output<W>) => boolean) | undefined
  /** The provider's version of the record, where it has one that only grows. */
  readonly version?: ((row: z.output<W>) => string | undefined) | undefined
}

/** What a mapping may look at beside its row. */
export interface MapContext<S> {
  readonly settings: S
  /** The row as the provider sent it, for what the wire schema does not name: an organization's own fields. */
  readonly raw: unknown
}

const MAX_ISSUES = 20

/** Turns raw items into rows that are validated and mapped only when they are read. */
export type ToRows<T extends EntityRecord, S> = (items: readonly unknown[], settings: S) => WireRows<T>

/** Builds the {@link ToRows} of an entity. A written reader uses it to give rows instead of records. */
export function wireRows<T extends EntityRecord, S, W extends z.ZodType, R extends Mapped<T>>(
  model: z.ZodType<T>,
  rules: RowRules<T, S, W, R>,
): ToRows<T, S> {
  const idOf = idReader(rules.id)
  const demandsNull = namesThatDemandNull(model)
  const lasting = lastingPart(rules.volatile)
  const read = (raw: unknown, settings: S): RowResult<T> => {
    const parsed = rules.wire.safeParse(raw)
    if (!parsed.success) return { kind: 'invalid', issues: parsed.error.issues.slice(0, MAX_ISSUES).map(describeIssue) }
    const row = parsed.data
    const version = rules.version?.(row)
    if (rules.isDeleted?.(row) === true) return { kind: 'deleted', version }
    const mapped: Mapped<T> = rules.map(row, { settings, raw })
    const id = idOf(raw)
    if (id === undefined) return { kind: 'invalid', issues: ['no readable id'] }
    if (mapped.id !== undefined && mapped.id !== id) {
      return { kind: 'invalid', issues: ['the mapping gives another id than the row has'] }
    }
    return { kind: 'record', record: toRecord<T>(mapped, id, demandsNull), version }
  }
  return (items, settings) => ({
    items: items.map((raw) => ({ id: idOf(raw), raw: lasting(raw) })),
    read: guarded((raw) => read(raw, settings)),
  })
}

function lastingPart(volatile: readonly string[] = []): (raw: unknown) => unknown {
  if (volatile.length === 0) return (raw) => raw
  return (raw) => {
    if (typeof raw !== 'object' || raw === null) return raw
    if (!volatile.some((name) => Reflect.get(raw, name) !== undefined && Reflect.get(raw, name) !== null)) return raw
    return Object.fromEntries(Object.entries(raw).filter(([name]) => !volatile.includes(name)))
  }
}

function guarded<T>(read: (raw: unknown) => RowResult<T>): (raw: unknown) => RowResult<T> {
  return (raw) => {
    try {
      return read(raw)
    } catch (error) {
      if (error instanceof UnfitRow) return { kind: 'invalid', issues: [error.message] }
      // The message may quote the row, so only the kind of failure is told.
      const kind = error instanceof Error ? error.name : typeof error
      return { kind: 'invalid', issues: [`the adapter could not map this row (${kind})`] }
    }
  }
}

function idReader(rule: string | ((item: unknown) => unknown) = 'id'): (raw: unknown) => string | undefined {
  if (typeof rule === 'function') {
    return (raw) => {
      try {
        return toId(rule(raw))
      } catch {
        // A row so unlike the others that even its id cannot be looked for has none.
        return undefined
      }
    }
  }
  return (raw) => {
    if (typeof raw !== 'object' || raw === null) return undefined
    return toId(Reflect.get(raw, rule))
  }
}

// Absent is absent: a null of the provider becomes a property of the record only where the model demands one. A mapping
// that made no null is taken as it is: a property that is undefined is absent in JSON, and a copy costs a sync 5 %.
function toRecord<T extends EntityRecord>(mapped: Mapped<T>, id: string, demandsNull: ReadonlySet<string>): T {
  // Without a null, what `Mapped` allows is what T allows.
  if (mapped.id === id && !holdsNull(mapped)) return mapped as unknown as T
  const record: Record<string, unknown> = { id }
  const properties: Readonly<Record<string, unknown>> = mapped
  for (const name in properties) {
    const value = properties[name]
    if (value === undefined || name === 'id') continue
    if (value !== null || demandsNull.has(name)) record[name] = value
  }
  // What `Mapped` allows beyond T was just left out.
  return record as unknown as T
}

function holdsNull(mapped: Readonly<Record<string, unknown>>): boolean {
  for (const name in mapped) if (mapped[name] === null) return true
  return false
}

function namesThatDemandNull(model: z.ZodType): ReadonlySet<string> {
  if (!(model instanceof z.ZodObject)) return new Set()
  const shape: z.core.$ZodShape = model.shape
  const fields = Object.entries(shape)
  return new Set(fields.flatMap(([name, field]) => (accepts(field, null) && !accepts(field, undefined) ? name : [])))
}

const accepts = (schema: z.core.$ZodType, value: unknown): boolean => z.safeParse(schema, value).success
