import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bamboohrSandbox } from '@unioneyes/adapter-bamboohr/sandbox'
import type { IssuedGrant, TokenOptions } from '@unioneyes/adapter-bamboohr/sandbox'
import { generateVaultKey } from '@unioneyes/core'
import type { StoredConnection } from '@unioneyes/core'
import { startSandbox } from '@unioneyes/testkit'
import { tokenApp } from './token-child.ts'
import type { AskNow, Asked, TokenAppOptions, TokenJob } from './token-child.ts'

const program = fileURLToPath(new URL('./token-child.ts', import.meta.url))
const HOUR = 3_600_000
const key = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default' }
// What Node.js compiled, for every process but the first to start faster.
const compiled = mkdtempSync(join(tmpdir(), 'tokens-compiled-'))

/** Removes what the processes of a test file shared. */
export function forgetCompiled(): void {
  rmSync(compiled, { recursive: true, force: true })
}

/** Processes that share one SQLite file and one connection with a grant. */
export type TokenCompany = Awaited<ReturnType<typeof openTokenCompany>>

/**
 * Opens a company whose token server counts, and a database with a connection to it.
 * @param alone true when no other process is started: waiting then takes no time. @default false
 */
export async function openTokenCompany(oauth: TokenOptions = {}, alone = false) {
  const folder = mkdtempSync(join(tmpdir(), 'tokens-'))
  const sandbox = await startSandbox(bamboohrSandbox({ people: 30, oauth }))
  const job: TokenJob = { path: join(folder, 'shared.db'), baseUrl: sandbox.url, vaultKey: generateVaultKey() }
  let hook: TokenAppOptions['hook']
  const app = tokenApp(job, {
    sleep: alone ? () => new Promise((resolve) => setImmediate(resolve)) : undefined,
    hook: (moment) => hook?.(moment),
  })
  await app.store.migrate()
  const children = new Set<ChildProcess>()
  let aheadMs = 0

  async function connect(): Promise<IssuedGrant> {
    const grant = sandbox.actions.issueGrant()
    const details = { credentials: { ...grant }, settings: { subdomain: 'acme', pageSize: 10 } }
    await app.integrations.connections.save('org_1', 'bamboohr', details)
    return grant
  }
  await connect()

  async function start(dieAt?: TokenJob['dieAt']): Promise<TokenProcess> {
    const child = fork(program, [JSON.stringify({ ...job, dieAt })], {
      execArgv: ['--conditions=@unioneyes/source'],
      env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    })
    children.add(child)
    await once(child, 'message')
    return {
      ask: async () => {
        child.send({ aheadMs } satisfies AskNow)
        return new Promise((resolve) => {
          child.once('message', resolve)
          child.once('exit', () => resolve('dead'))
        })
      },
    }
  }

  return {
    sandbox,
    app,
    connect,
    start,
    /** Lets the time of everybody pass: the provider's, the store's and each process's. */
    pass(ms: number): void {
      aheadMs += ms
      sandbox.actions.advance(ms)
    },
    /** Makes a request in this process. */
    ask: (): Promise<Asked> => app.ask({ aheadMs }),
    /** Does something once, before this process replaces credentials; the replacement waits for it. */
    beforeNextSave(work: () => Promise<void>): void {
      hook = async ({ call, phase }) => {
        if (call !== 'connections.replaceCredentials' || phase !== 'before') return
        hook = undefined
        await work()
      }
    },
    /** How many requests reached the token endpoint. */
    tokenRequests: (): number => sandbox.requests.count({ path: '/token.php' }),
    /** The credentials that are stored now. */
    async credentials(): Promise<Record<string, unknown>> {
      const { connection } = await this.look()
      return app.vault.open(key, connection?.credentials ?? '')
    },
    async look(): Promise<{ connection: StoredConnection | undefined; actions: string[] }> {
      const connection = await app.store.connections.get(key)
      const audit = await app.store.audit.list('org_1')
      return { connection, actions: audit.map(({ action }) => action).filter((action) => action.startsWith('grant')) }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const ended = once(child, 'exit')
        child.disconnect()
        await ended
      }
      await app.close()
      await sandbox.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A process that asks the provider when told. */
export interface TokenProcess {
  /** What became of one request; `'dead'` when the process died over it. */
  ask(): Promise<Asked | 'dead'>
}

/** How long a token of the sandbox lives. */
export const TOKEN_LIFE_MS = HOUR
