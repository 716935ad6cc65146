import assert from 'node:assert/strict'
import type { AdapterCheckBody } from './adapter-check.ts'
import { fetchable } from './applicability.ts'
import { assertArrived, assertExactly, canonical } from './expectations.ts'
import { attemptRead } from './reading.ts'

/** How single records are fetched again, as after a webhook. */
export const fetchChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'fetch',
    name: 'records that are fetched by their ids are as in the listing, and who is gone is told',
    remedy:
      'Map fetched records as listed ones, give ids that the provider no longer has in `deleted`, and nothing else.',
    unless: fetchable,
    async run({ entity, can, paging, open }) {
      const scene = await open()
      const wanted = scene.ids().slice(0, paging ? paging.size + 1 : 3)
      const [gone = ''] = wanted
      if (can.remove) scene.remove(gone)
      const { integration, read } = await scene.app()
      const listed = await read()
      const pages = integration.fetch?.(entity, wanted)
      assert.ok(pages, 'The entity is declared `fetchable`, and the integration has no fetch().')
      const fetched = await attemptRead(integration, entity, {}, { pages })
      const left = can.remove ? wanted.slice(1) : wanted
      assertArrived(fetched, left, 'by its id')
      assertExactly(fetched, left, 'when others were asked for')
      for (const id of left) {
        const [one, other] = [canonical(fetched.records.get(id)), canonical(listed.records.get(id))]
        assert.equal(one, other, `The record "${id}" is another one when it is fetched than when it is listed.`)
      }
      if (can.remove)
        assert.ok(fetched.deleted.has(gone), `Nothing tells that "${gone}", which was asked for, is gone.`)
      const leads = fetched.pages.some(({ next, cursor }) => next !== undefined || cursor !== undefined)
      assert.ok(!leads, 'A page of fetched records has a page token or a cursor, which belong to listings.')
    },
  },
]
