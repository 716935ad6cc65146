import type { RunCounters, SyncRun } from '@unioneyes/core'
import type { SyncProgress } from '@unioneyes/sync-engine'

/** Where the quickstart talks to its reader; with `--json` it talks to stderr, so that stdout carries the result alone. */
export interface Screen {
  readonly heading: (text: string) => void
  readonly line: (text?: string) => void
  /** Shows a step of a run: in place on a terminal, and every few pages elsewhere. */
  readonly progress: (event: SyncProgress) => void
}

/** A screen on a stream. */
export function createScreen(out: NodeJS.WriteStream): Screen {
  let step = 0
  let open = false
  const endProgress = (): void => {
    if (open) out.write('\n')
    open = false
  }
  const line = (text = ''): void => {
    endProgress()
    out.write(`${text}\n`)
  }
  return {
    heading(text) {
      step += 1
      line()
      line(`${String(step)}. ${text}`)
    },
    line,
    progress(event) {
      if (event.step !== 'page') return
      const { counters, entity, total } = event
      const of = total === undefined ? '' : ` of ${String(total)}`
      const text = `   ${entity}: ${String(counters.processed)}${of} read, ${String(counters.pages)} pages`
      if (out.isTTY) {
        out.write(`\r\u001b[2K${text}`)
        open = true
      } else if (counters.pages % 4 === 0) {
        line(text)
      }
    },
  }
}

/** The counters of a run in one line. */
export function inWords(counters: RunCounters): string {
  const { processed, created, updated, unchanged, deleted, failed, requests, bytes } = counters
  const kilobytes = Math.round(bytes / 1024)
  return `${String(processed)} read: ${String(created)} created, ${String(updated)} updated, ${String(unchanged)} unchanged, ${String(deleted)} deleted, ${String(failed)} failed (${String(requests)} requests, ${String(kilobytes)} KiB)`
}

/** A run in one line of a history. */
export function historyLine(run: SyncRun): string {
  const tookMs = run.completedAt === undefined ? '' : ` in ${String(run.completedAt - run.startedAt)} ms`
  const resumes = run.resumes === undefined ? '' : `, went on with ${run.resumes.slice(0, 8)}`
  const error = run.error === undefined ? '' : `, ${run.error.code}`
  return `   ${run.id.slice(0, 8)}  ${run.type.padEnd(11)} ${run.status.padEnd(9)} ${inWords(run.counters)}${tookMs}${resumes}${error}`
}
