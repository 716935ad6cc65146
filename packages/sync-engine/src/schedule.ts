import { Cron } from 'croner'
import { IntegrationError } from '@unioneyes/core'
import type { ConnectionKey, SyncRun, SyncType } from '@unioneyes/core'
import type { EngineSettings } from './engine-options.ts'
import { runSync } from './sync-run.ts'

/** A sync that repeats. */
export interface ScheduleRequest {
  /** When, as five or six cron fields: `0 3 * * *` is 03:00 every day. */
  readonly cron: string
  /** The zone in which the fields are read, as an IANA name. @default 'UTC' */
  readonly timeZone?: string | undefined
  /** @default 'incremental' */
  readonly type?: SyncType | undefined
  /** @default all entities of the adapter */
  readonly entities?: readonly string[] | undefined
  /** How long after a run that did not succeed it is tried again, in milliseconds, unless its error says when. @default 60_000 */
  readonly retryMs?: number | undefined
  /** Called after every run. */
  readonly onRun?: ((run: SyncRun) => void) | undefined
}

/** A schedule that is running. */
export interface Schedule {
  /** The next time, or undefined when there is none. */
  next(): Date | undefined
  /** Runs now, unless it is running; resolves when that run has ended. */
  trigger(): Promise<SyncRun | undefined>
  /** Stops the schedule; a run under way finishes the page in hand, and can be resumed. */
  stop(): Promise<void>
}

/**
 * Runs a sync by cron, in this process. Two runs never overlap: a time that comes while one is running is skipped. Only a
 * run with status `success` satisfies a time; after any other the sync is tried again before the next one.
 *
 * @throws IntegrationError CONFIG_INVALID for a pattern or zone that cannot be read.
 */
export function startSchedule<Tx>(
  settings: EngineSettings<Tx>,
  key: ConnectionKey,
  request: ScheduleRequest,
): Schedule {
  const stopping = new AbortController()
  let running: Promise<SyncRun | undefined> | undefined
  let retry: AbortController | undefined
  const cron = createCron(request, () => {
    void trigger()
  })

  return {
    next: () => cron.nextRun() ?? undefined,
    trigger,
    async stop() {
      stopping.abort(new IntegrationError('CANCELLED', 'The schedule was stopped.'))
      retry?.abort()
      cron.stop()
      await running
    },
  }

  async function trigger(): Promise<SyncRun | undefined> {
    if (running || stopping.signal.aborted) return running
    retry?.abort()
    running = runOnce().finally(() => (running = undefined))
    return running
  }

  async function runOnce(): Promise<SyncRun | undefined> {
    const { type = 'incremental', entities, onRun } = request
    try {
      const run = await runSync(settings, { key, type, entities, signal: stopping.signal })
      onRun?.(run)
      if (run.status !== 'success' && run.error?.code !== 'AUTH_FAILED') retryLater(run.error?.retryAt)
      return run
    } catch (error) {
      settings.logger.error({ provider: key.provider, error: String(error) }, 'A scheduled sync could not start')
      retryLater(undefined)
      return undefined
    }
  }

  function retryLater(at: number | undefined): void {
    if (stopping.signal.aborted) return
    const { clock } = settings
    const waitMs = Math.max(0, at === undefined ? (request.retryMs ?? 60_000) : at - clock.now())
    const next = cron.nextRun()
    if (next && next.getTime() <= clock.now() + waitMs) return
    retry = new AbortController()
    clock.sleep(waitMs, retry.signal).then(
      () => void trigger(),
      () => undefined,
    )
  }
}

function createCron(request: ScheduleRequest, onTime: () => void): Cron {
  try {
    return new Cron(request.cron, { timezone: request.timeZone ?? 'UTC', unref: true }, onTime)
  } catch (error) {
    throw new IntegrationError(
      'CONFIG_INVALID',
      `The schedule "${request.cron}" (${request.timeZone ?? 'UTC'}) cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}
