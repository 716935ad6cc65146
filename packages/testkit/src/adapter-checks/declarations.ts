import assert from 'node:assert/strict'
import type { AdapterCheckBody } from './adapter-check.ts'
import { assertFailed } from './expectations.ts'
import { attemptRead } from './reading.ts'

/** Whether an adapter is what it says, and its sandbox what the vendor says. */
export const declarationChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'declarations',
    name: 'the adapter is what its card says',
    remedy: 'Let `defineAdapter` derive capabilities; name the source of the rate limit and a version.',
    async run({ adapter, open }) {
      const { capabilities, entities, rateLimit, rateLimits = rateLimit ? [rateLimit] : [] } = adapter
      const names = Object.keys(entities).sort()
      assert.equal(adapter.specVersion, 'v1', 'The version of the contract')
      assert.ok(adapter.version.trim() !== '', 'The adapter has no version.')
      assert.ok(names.length > 0, 'The adapter has no entities.')
      assert.deepEqual([...capabilities.supportedEntities].sort(), names, 'The entities that the capabilities name')
      const increments = names.some((name) => entities[name]?.incremental === true)
      assert.equal(capabilities.supportsIncrementalSync, increments, '`supportsIncrementalSync`')
      assert.ok(!adapter.webhooks || capabilities.supportsWebhooks, '`supportsWebhooks` although there are webhooks')
      for (const { source = '' } of rateLimits) assert.ok(source.trim() !== '', 'A rate limit names no source.')
      const { integration } = await (await open()).app()
      assert.equal(integration.provider, adapter.provider, 'The provider of an integration')
      assert.equal(integration.type, adapter.type, 'The type of an integration')
    },
  },
  {
    hazard: 'unknown-entity',
    name: 'an entity that the adapter does not have is refused as UNSUPPORTED',
    remedy: 'Throw UNSUPPORTED for any name that is not among `entities`.',
    async run({ open }) {
      const scene = await open()
      const { integration } = await scene.app()
      for (const name of ['no such entity', 'constructor']) {
        assertFailed(await attemptRead(integration, name), ['UNSUPPORTED'], `when asked for "${name}"`)
      }
    },
  },
  {
    hazard: 'citations',
    name: 'every request of the adapter meets a route of the sandbox, and every route says what it is founded on',
    remedy: 'Cite for each route the vendor’s text it imitates; send nothing that the sandbox does not know.',
    async run({ citations, info, open }) {
      for (const { route, cites } of citations) {
        const cited = cites.length > 0 && cites.every((cite) => cite.trim() !== '')
        assert.ok(cited, `The sandbox’s route ${route} cites nothing.`)
      }
      const scene = await open()
      const app = await scene.app()
      await app.integration.healthCheck()
      const full = await app.read()
      if (info.incremental) await app.read({ type: 'incremental', cursor: full.cursor ?? null })
      const known = new Set(scene.wire.requests.map(({ method, path }) => `${method} ${path}`))
      const asked = scene.sandbox.requests.list().map(({ method, path }) => `${method} ${path}`)
      assert.deepEqual(
        [...new Set(asked)].filter((request) => !known.has(request)),
        [],
        'Requests that met no route',
      )
      assert.deepEqual(scene.sandbox.errors, [], 'Mistakes of the sandbox')
    },
  },
]
