import type { Usage } from '@unioneyes/core'

/** Adds up what one read costs, page by page. */
export class UsageMeter {
  requests = 0
  bytes = 0
  waitedMs = 0

  /** What was used since the last call. */
  take(): Usage {
    const { requests, bytes, waitedMs } = this
    this.requests = 0
    this.bytes = 0
    this.waitedMs = 0
    return { requests, bytes, waitedMs }
  }
}
