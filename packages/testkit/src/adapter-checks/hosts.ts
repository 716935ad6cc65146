import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AdapterCheckBody } from './adapter-check.ts'
import type { PagingHand } from './adapter-subject.ts'
import { followsLinks, midway, paged, unless } from './applicability.ts'
import { assertOurError } from './expectations.ts'
import { withValueAt } from './place.ts'
import type { Scene } from './scene.ts'

/** Whether an adapter stays with its provider’s hosts. */
export const hostChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'next-link',
    name: 'a next link to another host is not followed',
    remedy: 'Compare the origin of every URL from an answer with the base URL’s before sending anything.',
    unless: unless(paged, followsLinks),
    async run(stage) {
      const scene = await stage.open()
      await assertStays(scene, (elsewhere) => {
        const { nextLink } = stage
        const url = `${elsewhere}/people?page=2`
        if (nextLink === 'link-header') {
          const link = `<${url}>; rel="next"`
          scene.wire.change(1, (answer) => ({ ...answer, headers: { ...answer.headers, link } }))
        } else scene.wire.body(1, (body) => withValueAt(body, placeOf(nextLink), url))
      })
    },
  },
  {
    hazard: 'redirect',
    name: 'a redirect to another host is not followed',
    remedy: 'Send requests with `redirect: "manual"`: the HTTP library would take the credentials along.',
    async run(stage) {
      for (const status of [302, 307]) {
        const scene = await stage.open()
        await assertStays(scene, (elsewhere) => {
          scene.wire.instead({ from: midway(stage) }, () => ({ status, headers: { location: `${elsewhere}/moved` } }))
        })
      }
    },
  },
]

const placeOf = (nextLink: Exclude<PagingHand['nextLink'], 'link-header'>): string => nextLink?.body ?? ''

/** Reads while the provider names an address that is not its own. */
async function assertStays(scene: Scene, lead: (elsewhere: string) => void): Promise<void> {
  const visitors: string[] = []
  const server = createServer((request, response) => {
    visitors.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    // Another name and another port: an adapter may compare either.
    lead(`http://localhost:${address.port}`)
    const reading = await scene.attempt()
    scene.wire.assertMet()
    assert.deepEqual(visitors, [], 'Requests that reached another host')
    assert.ok(reading.error !== undefined, 'The read ended as if nothing was wrong when it was led to another host.')
    assertOurError(reading.error, 'when it was led to another host')
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
