import type { Page } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readAhead } from '../src/read-ahead.ts'

const observe = () => Promise.resolve(1)
const page = (next: number): Page => ({ records: [], next })

describe('read-ahead', () => {
  test('keeps the order at any depth, whatever the source and the reader take', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.integer({ min: 1, max: 5 }), fc.scheduler(), async (count, depth, scheduler) => {
        async function* source(): AsyncGenerator<Page> {
          for (let index = 0; index < count; index += 1) {
            await scheduler.schedule(Promise.resolve())
            yield page(index)
          }
        }
        const read = async (): Promise<unknown[]> => {
          const ahead = readAhead(source(), depth, observe)
          const taken: unknown[] = []
          for (let next = await ahead.take(); next; next = await ahead.take()) {
            taken.push(next.page.next)
            await scheduler.schedule(Promise.resolve())
          }
          return taken
        }
        const reading = read()
        const state = { settled: false }
        void reading.finally(() => (state.settled = true))
        while (!state.settled) {
          await scheduler.waitIdle()
          await new Promise((resolve) => setImmediate(resolve))
        }
        expect(await reading).toEqual(Array.from({ length: count }, (_, index) => index))
      }),
      { numRuns: 50 },
    )
  })

  test('gives every page before a failure, then the failure, and again the failure', async () => {
    async function* source(): AsyncGenerator<Page> {
      yield page(0)
      yield page(1)
      await Promise.resolve()
      throw new Error('broken')
    }
    const ahead = readAhead(source(), 4, observe)
    expect((await ahead.take())?.page.next).toBe(0)
    expect((await ahead.take())?.page.next).toBe(1)
    await expect(ahead.take()).rejects.toThrow('broken')
    await expect(ahead.take()).rejects.toThrow('broken')
  })

  test('the end stays the end', async () => {
    async function* source(): AsyncGenerator<Page> {
      await Promise.resolve()
      yield page(0)
    }
    const ahead = readAhead(source(), 2, observe)
    await ahead.take()
    expect(await ahead.take()).toBeUndefined()
    expect(await ahead.take()).toBeUndefined()
  })

  test('the store is asked for the time before the source is asked for the page', async () => {
    const order: string[] = []
    async function* source(): AsyncGenerator<Page> {
      order.push('request')
      await Promise.resolve()
      yield page(0)
    }
    const ahead = readAhead(source(), 1, () => {
      order.push('time')
      return Promise.resolve(7)
    })
    expect((await ahead.take())?.observedAt).toBe(7)
    expect(order.slice(0, 2)).toEqual(['time', 'request'])
  })

  test('stop lets the source clean up', async () => {
    let cleaned = false
    async function* source(): AsyncGenerator<Page> {
      try {
        for (;;) {
          await Promise.resolve()
          yield page(0)
        }
      } finally {
        cleaned = true
      }
    }
    const ahead = readAhead(source(), 1, observe)
    await ahead.take()
    await ahead.stop()
    await new Promise((resolve) => setImmediate(resolve))
    expect(cleaned).toBe(true)
  })
})
