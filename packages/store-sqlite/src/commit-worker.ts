/** The thread of {@link CommitThread}: carries out one commit after the other, on a handle of its own. */
import { parentPort, workerData } from 'node:worker_threads'
import { silentLogger, systemClock } from '@unioneyes/core'
import { commitPage } from './commit-page.ts'
import { toFailure } from './commit-thread.ts'
import type { CommitReply, CommitMessage, CommitThreadOptions } from './commit-thread.ts'
import { Database } from './database.ts'
import { unpackUpserts } from './packed-upserts.ts'
import { PageMarks } from './page-marks.ts'

const { path, lockWaitMs, maxPages } = workerData as CommitThreadOptions
const database = new Database({ path, lockWaitMs, maxPages, clock: systemClock, logger: silentLogger })
const marks = new PageMarks()

const say = (reply: CommitReply): void => parentPort?.postMessage(reply)

parentPort?.on('message', ({ commit, upserts, now }: CommitMessage) => {
  database
    .write((sql) => commitPage({ sql, marks, now }, { ...commit, upserts: unpackUpserts(upserts) }))
    .then(
      (result) => {
        say({ result })
      },
      (error: unknown) => {
        say({ error: toFailure(error) })
      },
    )
})
say('ready')
