import type { AnyAdapter, EntityInfo } from '@unioneyes/core'
import type { Citation, SandboxRequest, SandboxResponse } from '../sandbox/sandbox-definition.ts'
import type { FieldPlaces, PagingHand, WebhookHand } from './adapter-subject.ts'
import type { Scene, SceneOptions } from './scene.ts'

/** The part of a test runner's context that tells it to skip: Vitest's and node:test's both have it. */
export interface SkipContext {
  readonly skip?: ((reason: string) => unknown) | undefined
}

/** One thing that every adapter must do, as data that any test runner accepts. */
export interface AdapterCheck {
  readonly name: string
  /** What could go wrong, as a stable word. */
  readonly hazard: string
  /** Absent where the check is about the adapter as a whole. */
  readonly entity?: string | undefined
  /** Why the check does not apply; absent when it does. */
  readonly skip?: string | undefined
  /** What to do when it fails. */
  readonly remedy: string
  /**
   * Runs the check on a sandbox of its own. A check that does not apply is skipped through the runner's context; without
   * one it throws, so that it never looks passed: `(check.skip ? test.skip : test)(check.name, check.run)`.
   *
   * @throws an assertion error that says what differs.
   */
  readonly run: (context?: SkipContext) => Promise<void>
}

/** A check before it has an adapter to run on. */
export interface AdapterCheckBody {
  readonly hazard: string
  readonly name: string
  readonly remedy: string
  /** Why it does not apply, or undefined when it does. */
  readonly unless?: ((facts: Facts) => string | undefined) | undefined
  readonly run: (stage: Stage) => Promise<void>
}

/** What is known of an adapter and one of its entities before anything runs. */
export interface Facts {
  readonly adapter: AnyAdapter
  readonly entity: string
  /** What the adapter declares; an entity that it does not have declares nothing. */
  readonly info: EntityInfo
  readonly paging: Required<Omit<PagingHand, 'nextLink'>> | undefined
  readonly nextLink: PagingHand['nextLink']
  readonly fields: FieldPlaces
  /** Whether a read of two pages' records takes several pages. */
  readonly severalPages: boolean
  /** Whether identifiers have a form in which none looks like another. */
  readonly formedIds: boolean
  /** Where an item has its identifier. */
  readonly place: string
  /** The id of an item's record. */
  readonly idOf: (item: unknown) => string
  readonly can: {
    readonly advance: boolean
    readonly revoke: boolean
    readonly remove: boolean
    readonly backdate: boolean
    readonly expect: boolean
  }
  readonly webhooks: WebhookHand | undefined
  readonly credentials: Readonly<Record<string, unknown>>
  readonly wrongCredentials: Readonly<Record<string, unknown>> | undefined
  /** Every text among the credentials. */
  readonly secrets: readonly string[]
  /** Whether the sandbox's dialect of "too many requests" says how long to wait in `Retry-After`. */
  readonly retryAfter: boolean
}

/** Where a check runs. */
export interface Stage extends Facts {
  /** A fresh sandbox with records in it, and an app to read them; closed when the check has ended. */
  readonly open: (options?: SceneOptions) => Promise<Scene>
  /** "Too many requests" in the provider's words. */
  readonly throttle: (retryAfter: string | undefined, request: SandboxRequest) => SandboxResponse
  /** The refusal of a request that carries no credentials, in the provider's words. */
  readonly refuse: (request: SandboxRequest) => SandboxResponse
  /** The sandbox's routes and what they are founded on. */
  readonly citations: readonly Citation[]
}
