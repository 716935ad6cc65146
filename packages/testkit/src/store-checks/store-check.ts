import type { Store } from '@unioneyes/core'
import type { ManualClock } from '../manual-clock.ts'

/** One thing that every store must do, as data that any test runner accepts. */
export interface StoreCheck {
  readonly name: string
  /** Runs the check on a fresh store. @throws an assertion error that says what differs. */
  readonly run: () => Promise<void>
}

/**
 * Makes a fresh, empty, migrated store for one check. A store that takes its time from the given clock can be checked
 * without waiting.
 */
export type StoreFactory = (setup: { readonly clock: ManualClock }) => Store | Promise<Store>

/** What the checks must know about the stores they are given. */
export interface StoreCheckOptions {
  /**
   * Whether the stores take their time from the given clock. With false, the checks that need to move the time are left
   * out.
   * @default true
   */
  readonly controlledClock?: boolean | undefined
}

/** A check before it has a store to run on. */
export interface StoreCheckBody {
  readonly name: string
  /** Whether it moves the store's time. @default false */
  readonly movesTime?: boolean
  readonly run: (given: { readonly store: Store; readonly clock: ManualClock }) => Promise<void>
}
