/** The name of a connection when an organization has only one to a provider. */
export const DEFAULT_CONNECTION = 'default'

/** One organization's link to one provider. An organization may hold several, told apart by `connection`. */
export interface ConnectionKey {
  readonly organizationId: string
  readonly provider: string
  /** @default 'default' */
  readonly connection: string
}

/** One entity of one connection: the unit that is leased, checkpointed and swept. */
export interface EntityKey extends ConnectionKey {
  readonly entity: string
}
