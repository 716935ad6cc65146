import assert from 'node:assert/strict'
import type { AdapterCheckBody } from './adapter-check.ts'
import { inSeveralPages, midway } from './applicability.ts'
import { assertCancelled } from './expectations.ts'
import type { Reading } from './reading.ts'

// Only ever waited for by an adapter that does not stop.
const PATIENCE_MS = 1000

/** How an adapter stops when it is told to. */
export const cancellationChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'cancelled-between-pages',
    name: 'a read that is cancelled between two pages asks for no more',
    remedy: 'Look at the signal before every request, and throw its reason or CANCELLED.',
    unless: inSeveralPages,
    async run({ open }) {
      const scene = await open()
      const stop = new AbortController()
      let asked = 0
      const reading = await scene.attempt(
        { signal: stop.signal },
        {
          onPage() {
            if (!stop.signal.aborted) asked = scene.wire.listings
            stop.abort()
            return true
          },
        },
      )
      assertCancelled(reading, 'after it was cancelled between two pages')
      assert.equal(scene.wire.listings, asked, 'Requests for pages when it had been cancelled')
      assert.equal(reading.pages.length, 1, 'Pages that were read')
    },
  },
  {
    hazard: 'cancelled-while-waiting',
    name: 'a read that is cancelled while it waits stops at once',
    remedy: 'Hand the signal to every wait: `context.clock.sleep(ms, signal)`.',
    async run(stage) {
      const scene = await stage.open()
      const stop = new AbortController()
      const waiting = Promise.withResolvers<undefined>()
      scene.clock.onSleep(({ signal }) => {
        const slept = new Promise<void>((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new DOMException('The wait was cancelled', 'AbortError')))
        })
        waiting.resolve(undefined)
        return slept
      })
      scene.wire.instead({ from: midway(stage) }, ({ request }) => stage.throttle('20', request))
      const reading = scene.attempt({ signal: stop.signal })
      const waits = await Promise.race([waiting.promise.then(() => true), reading.then(() => false)])
      if (!waits) return // It reports RATE_LIMITED rather than wait, which the checks on throttling look at.
      stop.abort()
      assertCancelled(await soon(reading, 'waits'), 'after it was cancelled while it waited')
    },
  },
  {
    hazard: 'cancelled-in-a-request',
    name: 'a read that is cancelled while a request is under way stops at once',
    remedy: 'Hand the signal to the HTTP request.',
    async run(stage) {
      const scene = await stage.open()
      const stop = new AbortController()
      const asked = Promise.withResolvers<undefined>()
      scene.wire.instead({ from: midway(stage) }, () => {
        asked.resolve(undefined)
        return new Promise(() => {})
      })
      const reading = scene.attempt({ signal: stop.signal })
      const hangs = await Promise.race([asked.promise.then(() => true), reading.then(() => false)])
      scene.wire.assertMet()
      assert.ok(hangs, 'The read ended before its answer came.')
      stop.abort()
      assertCancelled(await soon(reading, 'has a request under way'), 'after it was cancelled during a request')
    },
  },
]

async function soon(reading: Promise<Reading>, what: string): Promise<Reading> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
  const settled = await Promise.race([reading, late])
  clearTimeout(timer)
  assert.ok(settled, `The read does not stop while it ${what}.`)
  return settled
}
