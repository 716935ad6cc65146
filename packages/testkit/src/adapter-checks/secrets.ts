import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { toJsonText } from '@unioneyes/core'
import { fault } from '../sandbox/fault.ts'
import type { SandboxResponse } from '../sandbox/sandbox-definition.ts'
import type { AdapterCheckBody, Stage } from './adapter-check.ts'
import { midway } from './applicability.ts'
import { whilePrintingIsKept } from './said.ts'
import type { Scene } from './scene.ts'
import { spellingsOf } from './secret-search.ts'

/** Whether credentials stay where they belong. */
export const secretChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'secret-in-errors',
    name: 'no error holds a credential, whatever the provider writes into its answers',
    remedy:
      'Build messages from method, path and status. Shorten and redact the provider’s own words; put no library’s error into `cause`.',
    async run(stage) {
      for (const { told } of await troubles(stage)) assertWithout(stage, told, 'An error')
    },
  },
  {
    hazard: 'secret-in-logs',
    name: 'nothing that is logged or printed holds a credential',
    remedy:
      'Log codes, statuses and paths through `context.logger`; never headers, bodies, queries or errors of a library.',
    async run(stage) {
      for (const { logged } of await troubles(stage)) assertWithout(stage, logged, 'A log line')
    },
  },
  {
    hazard: 'secret-in-urls',
    name: 'no URL, page token or cursor holds a credential',
    remedy: 'Sign requests in a header: URLs end up in the logs of proxies and providers, tokens in the database.',
    async run(stage) {
      const scene = await stage.open()
      const app = await scene.app()
      await app.integration.healthCheck()
      const full = await app.read()
      if (stage.info.incremental && full.cursor !== undefined) {
        await app.read({ type: 'incremental', cursor: full.cursor })
      }
      for (const { method, path, query } of scene.sandbox.requests.list()) {
        assertWithout(stage, `${method} ${path}?${query}`, 'A URL')
        assertWithout(stage, decodeURIComponent(query.replace(/%(?![\da-f]{2})/gi, '%25')), 'A URL')
      }
      for (const { next, cursor } of full.pages) {
        assertWithout(stage, toJsonText(next), 'A page token')
        assertWithout(stage, toJsonText(cursor), 'A cursor')
      }
    },
  },
]

interface Trouble {
  /** What errors and health checks say, with everything they hold. */
  readonly told: string
  readonly logged: string
}

/** Reads, and checks the connection's health, under every kind of trouble; the provider repeats the credentials everywhere. */
async function troubles(stage: Stage): Promise<Trouble[]> {
  const found: Trouble[] = []
  for (const bring of kinds) {
    const scene = await stage.open()
    const app = await scene.app()
    bring(scene, stage)
    const told = await whilePrintingIsKept(scene.said, async () => [
      (await app.attempt()).error,
      await app.integration.healthCheck().catch((reason: unknown) => reason),
    ])
    found.push({ told: everythingIn(told), logged: everythingIn(scene.said) })
  }
  return found
}

type Bring = (scene: Scene, stage: Stage) => void

const refusing =
  (status: number): Bring =>
  (scene, stage) => {
    scene.wire.instead({ from: midway(stage) }, ({ request }) =>
      indiscreet(stage, status, Object.values(request.headers)),
    )
    // The health check asks elsewhere.
    scene.sandbox.faults.inject({
      match: () => scene.wire.listings >= midway(stage),
      fault: { kind: 'status', status, headers: {}, body: confession(stage, []) },
    })
  }

const kinds: readonly Bring[] = [
  ...[400, 401, 403, 404, 422, 429, 500].map(refusing),
  (scene, stage) => {
    scene.wire.instead({ from: midway(stage) }, ({ request }) => ({
      ...indiscreet(stage, 200, Object.values(request.headers)),
      headers: { 'content-type': 'text/html' },
    }))
  },
  (scene, stage) => {
    scene.wire.change({ from: midway(stage) }, () => ({
      headers: { 'content-type': 'application/json' },
      body: confession(stage, []).slice(0, -1),
    }))
  },
  (scene, stage) => {
    const location = `http://localhost:9/moved?key=${encodeURIComponent(stage.secrets[0] ?? '')}`
    scene.wire.instead({ from: midway(stage) }, () => ({ status: 302, headers: { location } }))
  },
  (scene, stage) => {
    scene.sandbox.faults.inject({ match: () => scene.wire.listings >= midway(stage) - 1, fault: fault.reset() })
  },
]

function indiscreet(stage: Stage, status: number, headers: readonly string[]): SandboxResponse {
  const body = confession(stage, headers)
  return { status, headers: { 'content-type': 'application/json', 'x-error-message': stage.secrets.join(' ') }, body }
}

/** The credentials as a provider's error page may repeat them, in the places where error texts stand. */
function confession({ secrets }: Stage, headers: readonly string[]): string {
  const message = `Not with ${[...secrets, ...headers].join(' ')}`
  return toJsonText({
    message,
    error: { code: 'REFUSED', message },
    title: message,
    detail: message,
    errors: [message],
  })
}

const everythingIn = (value: unknown): string =>
  inspect(value, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null, breakLength: Infinity })

function assertWithout({ secrets }: Stage, text: string, what: string): void {
  const leaked = secrets.some((secret) => spellingsOf(secret).some((spelling) => text.includes(spelling)))
  // The text itself is not shown: it would put the secret into the log of the test.
  assert.ok(!leaked, `${what} holds a credential, as it is or encoded.`)
}
