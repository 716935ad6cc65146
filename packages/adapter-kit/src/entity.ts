import type { EntityInfo, EntityRecord, Page, ReadOptions } from '@unioneyes/core'
import type { z } from 'zod'
import type { Session } from './session.ts'

/** One entity of an adapter: how it is read, and what that can tell. */
export interface Entity<T extends EntityRecord, S = unknown> extends EntityInfo<T> {
  /** The schema of its records. */
  readonly model: z.ZodType<T>
  /** Yields the pages of one read. */
  read(session: Session<S>, entity: string, options: ReadOptions): AsyncIterable<Page<T>>
  /** Yields records by their ids, where `fetchable` says that it can. */
  fetch?(
    session: Session<S>,
    entity: string,
    ids: readonly string[],
    options: Pick<ReadOptions, 'signal'>,
  ): AsyncIterable<Page<T>>
}
