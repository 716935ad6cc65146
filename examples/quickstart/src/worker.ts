/** A sync in a process of its own, so that it can be killed for real. Reports to its parent as it goes. */
import { entities, openApp, organizationId } from './app.ts'
import type { FromWorker } from './run-worker.ts'

const [type, path, baseUrl] = process.argv.slice(2)
if ((type !== 'full' && type !== 'incremental') || path === undefined) {
  throw new Error('Usage: worker.ts full|incremental <database> [<sandbox url>]')
}

const tell = (message: FromWorker): void => {
  process.send?.(message)
}
const app = await openApp({
  path,
  baseUrl,
  onProgress: (progress) => {
    tell({ progress })
  },
})
process.once('SIGTERM', () => void app.sync.stop())
tell({ run: await app.sync[type](organizationId, 'bamboohr', entities) })
await app.close()
process.disconnect()
