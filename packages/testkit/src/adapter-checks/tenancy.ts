import assert from 'node:assert/strict'
import type { AdapterCheckBody, Stage } from './adapter-check.ts'
import { assertExactly } from './expectations.ts'
import type { App, Scene } from './scene.ts'
import { spellingsOf, textsIn } from './secret-search.ts'
import { textOf } from './wire.ts'

/** Whether organizations stay apart. */
export const tenancyChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'tenancy',
    name: 'two organizations that are read at the same time each see their own, and are asked with their own credentials',
    remedy:
      'Keep clients, tokens, URLs and places in the integration, never in a module, a static field or the adapter.',
    async run(stage) {
      const size = stage.paging?.size ?? 2
      const one = await openTenant(stage, 'org_1', 2 * size + 1, false)
      const two = await openTenant(stage, 'org_2', 3 * size + 1, true)
      // Connected first, both of them; then a page here and a page there.
      const turns = await Promise.all([takeTurns(stage, one.app), takeTurns(stage, two.app)])
      for (const [index, { scene }] of [one, two].entries()) {
        const reading = await (index === 0 ? one : two).app.read()
        assertExactly(reading, scene.ids(), `for organization ${index + 1}`)
        const ids = [...new Set(turns[index])].sort()
        assert.deepEqual(ids, scene.ids().sort(), `What organization ${index + 1} saw while both were read`)
      }
      assertUnseen(one.credentials, two)
      assertUnseen(two.credentials, one)
    },
  },
]

interface Tenant {
  readonly scene: Scene
  readonly app: App
  readonly credentials: Readonly<Record<string, unknown>>
}

async function openTenant(stage: Stage, organizationId: string, records: number, other: boolean): Promise<Tenant> {
  const scene = await stage.open({ records })
  const credentials = other ? scene.otherCredentials() : stage.credentials
  return { scene, credentials, app: await scene.app({ organizationId, credentials }) }
}

/** Reads to the end, giving way after every page; gives the ids that were shown. */
async function takeTurns({ entity }: Stage, { integration }: App): Promise<string[]> {
  const ids: string[] = []
  for await (const page of integration.read?.(entity) ?? []) {
    ids.push(...(page.records ?? []).map(({ id }) => id), ...(page.rows?.items ?? []).flatMap(({ id }) => id ?? []))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return ids
}

/** No request of one organization carries what only the other has. */
function assertUnseen(credentials: Readonly<Record<string, unknown>>, { scene, credentials: own }: Tenant): void {
  const theirs = textsIn(own)
  const foreign = textsIn(credentials).filter((secret) => !theirs.includes(secret))
  for (const { headers, query, body } of scene.wire.requests) {
    const text = [...Object.values(headers), query.toString(), textOf({ body: [body] })].join('\n')
    const seen = foreign.some((secret) => spellingsOf(secret).some((spelling) => text.includes(spelling)))
    assert.ok(!seen, 'A request for one organization carries the credentials of the other.')
  }
}
