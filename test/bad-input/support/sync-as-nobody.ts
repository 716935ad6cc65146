/**
 * A sync in a process of its own, to which file permissions apply: they do not to the administrator. Prints how it ended.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { IntegrationError, systemClock } from '@unioneyes/core'
import { openApp } from './app.ts'

/** What the process is told. */
interface NobodysJob {
  readonly path: string
  readonly vaultKey: string
  readonly baseUrl: string
}

const NOBODY = 65_534

/** What became of a sync that a user without rights ran: the run, or the error that was thrown. */
export function syncAsNobody(job: NobodysJob): unknown {
  const isAdministrator = process.getuid?.() === 0
  const child = spawnSync(
    process.execPath,
    ['--conditions=@unioneyes/source', fileURLToPath(import.meta.url), JSON.stringify(job)],
    { encoding: 'utf8', ...(isAdministrator ? { uid: NOBODY, gid: NOBODY } : {}) },
  )
  if (child.status !== 0) throw new Error(`The process ended with code ${String(child.status)}: ${child.stderr}`)
  const ended: unknown = JSON.parse(child.stdout)
  return ended
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] !== undefined) {
  const { vaultKey, ...job }: NobodysJob = JSON.parse(process.argv[2])
  const app = openApp({ ...job, vaultKeys: { k1: vaultKey }, clock: systemClock, still: systemClock })
  const ended = await app.sync.full('org_1', 'bamboohr', ['employees']).then(
    (run) => ({ status: run.status, ...run.error }),
    (error: unknown) =>
      IntegrationError.is(error) ? { code: error.code, message: error.message } : { message: String(error) },
  )
  await app.close()
  process.stdout.write(JSON.stringify(ended))
}
