import type { AnyAdapter, CredentialsOf, EntitiesOf, EntityName, OAuthClient, SettingsOf } from '@unioneyes/core'
import type { SandboxActions, SandboxProcess } from '@unioneyes/testkit'

/** Everything that the quickstart has to know of one provider. */
export interface Provider<A extends AnyAdapter = AnyAdapter, Actions extends SandboxActions = SandboxActions> {
  readonly adapter: A
  /** What is read; the adapter may know more. */
  readonly entities: readonly EntityName<A>[]
  /** Of which of them a few records are shown. */
  readonly shown: readonly EntityName<A>[]
  /** A record in a few words, its id left out. */
  words(item: ItemOf<A>): readonly (string | undefined)[]
  readonly sandbox: SandboxPlan
  /** What a connection to the sandbox is saved with. */
  connect(sandbox: SandboxProcess<Actions>): Promise<{ credentials: CredentialsOf<A>; settings: SettingsOf<A> }>
  /** Changes, adds and removes at the provider. The second time comes before an incremental sync. */
  stir(sandbox: SandboxProcess<Actions>, round: 1 | 2): Promise<Stirred>
  /** What a complete and correct copy holds, by entity. */
  truth(sandbox: SandboxProcess<Actions>): Promise<Readonly<Record<string, readonly TrueRecord[]>>>
}

/** A record of any of an adapter's entities. */
export type ItemOf<A extends AnyAdapter> = {
  [E in EntityName<A>]: { readonly entity: E; readonly record: EntitiesOf<A>[E] }
}[EntityName<A>]

/** How to run the sandbox of a provider. */
export interface SandboxPlan {
  /** The module that has it, and which of its exports it is. */
  readonly moduleUrl: string
  readonly exportName: string
  /** Its size, and the limits of the provider: those that the adapter declares. */
  readonly options: Readonly<Record<string, unknown>>
  /** The app's own OAuth client there. */
  readonly oauthClient?: OAuthClient | undefined
  /** After how many requests to which path it falls silent, so that a sync can be killed in its middle. */
  readonly silence: { readonly path: string; readonly after: number }
}

/** What was done at a provider. */
export interface Stirred {
  /** In words. */
  readonly told: string
  /** How many of our records have to be gone after the next sync. */
  readonly removed: number
}

/** A record at the provider, in its own words. */
export interface TrueRecord {
  /** Our id of it. */
  readonly id: string
  readonly row: Readonly<Record<string, unknown>>
  /** Whether the provider shows only the fields that it is asked for. @default false */
  readonly partial?: boolean | undefined
}
