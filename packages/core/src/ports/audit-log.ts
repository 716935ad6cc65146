/** Who did what, when. */
export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly organizationId: string
  /** Who: a user of the app, or `system`. */
  readonly actor: string
  /** What, as `noun.verb`: `connection.save`, `sync.start`, `deletions.approve`. */
  readonly action: string
  /** On what: provider/connection/entity or a run id. Never a secret. */
  readonly target: string
  readonly detail?: string | undefined
}

/** The audit log: appended to, never changed. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>
  list(organizationId: string, query?: { readonly limit?: number | undefined }): Promise<AuditEntry[]>
}
