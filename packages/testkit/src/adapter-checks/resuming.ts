import assert from 'node:assert/strict'
import type { ReadOptions } from '@unioneyes/core'
import type { AdapterCheckBody } from './adapter-check.ts'
import { incremental, inSeveralPages, timed, unless } from './applicability.ts'
import { assertArrived, canonical } from './expectations.ts'
import type { Reading } from './reading.ts'
import type { Scene } from './scene.ts'

/** Whether a read that was interrupted goes on where it was. */
export const resumingChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'resume',
    name: 'a full listing that goes on at any of its page tokens, in another process, misses nothing',
    remedy: 'Put everything that the next page needs into `next`, as JSON; or begin again and say so (`restarted`).',
    unless: inSeveralPages,
    async run({ info, can, open }) {
      const scene = await open()
      const whole = await scene.read()
      await assertResumable(scene, whole, {}, scene.ids(), info.incremental && can.advance)
    },
  },
  {
    hazard: 'resume-increment',
    name: 'an increment that goes on at any of its page tokens, in another process, misses nothing',
    remedy: 'Put everything that the next page of changes needs into `next`, as JSON.',
    unless: unless(inSeveralPages, incremental, timed),
    async run({ paging, open }) {
      const scene = await open()
      const full = await scene.read()
      scene.advance(3_600_000)
      const changed = scene.ids().slice(0, 2 * (paging?.size ?? 2) + 1)
      for (const id of changed) scene.change(id)
      scene.advance(3_600_000)
      const options: ReadOptions = { type: 'incremental', cursor: full.cursor ?? null }
      const whole = await scene.read(options, { known: full.records.keys() })
      await assertResumable(scene, whole, options, changed, true)
    },
  },
]

async function assertResumable(
  scene: Scene,
  whole: Reading,
  options: ReadOptions,
  ids: readonly string[],
  sameCursor: boolean,
): Promise<void> {
  for (const [index, page] of whole.pages.slice(0, -1).entries()) {
    const where = `after an interruption behind page ${index + 1}`
    assert.ok(page.next !== undefined, `Page ${index + 1} is not the last one and gives no page token (\`next\`).`)
    const saved: unknown = JSON.parse(JSON.stringify(page.next))
    assert.deepEqual(saved, page.next, `The page token of page ${index + 1} is not what JSON can hold.`)
    const resumed = await (await scene.app()).read({ ...options, pageToken: structuredClone(page.next) })
    const before = resumed.restarts > 0 ? [] : whole.shown.slice(0, index + 1).flat()
    assertArrived(resumed, without(ids, before), where)
    if (!sameCursor || resumed.restarts > 0) continue
    assert.equal(canonical(resumed.cursor), canonical(whole.cursor), `The cursor at the end, ${where}`)
  }
}

function without(ids: readonly string[], seen: readonly string[]): string[] {
  const gone = new Set(seen)
  return ids.filter((id) => !gone.has(id))
}
