import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDeliveryQueue } from '../../src/index.ts'

const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const) }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: -20, max: 60 }) }),
  fc.record({
    kind: fc.constant('answer' as const),
    pick: fc.nat(),
    waitMs: fc.constantFrom(undefined, 0, 10, 50),
  }),
  fc.record({ kind: fc.constant('drop' as const), remainder: fc.nat(2) }),
)

test('whatever happens, exactly what was not taken is due at its time, in the order in which it came', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      let now = 1_000
      const queue = createDeliveryQueue<{ readonly n: number }>(() => now)
      let expected: {
        readonly id: string
        readonly content: { readonly n: number }
        attempt: number
        dueAt: number
      }[] = []
      let made = 0
      for (const one of steps) {
        if (one.kind === 'add') {
          made += 1
          const content = { n: made }
          queue.add(String(made), content)
          expected.push({ id: String(made), content, attempt: 1, dueAt: now })
        } else if (one.kind === 'advance') now += one.ms
        else if (one.kind === 'drop') {
          queue.drop(({ n }) => n % 3 === one.remainder)
          expected = expected.filter(({ content }) => content.n % 3 !== one.remainder)
        } else {
          const answered = expected[one.pick % Math.max(1, expected.length)]
          if (!answered) continue
          queue.answered(answered.id, one.waitMs)
          if (one.waitMs === undefined) expected = expected.filter((other) => other !== answered)
          else {
            answered.attempt += 1
            answered.dueAt = now + one.waitMs
          }
        }
        expect(queue.due()).toEqual(expected.filter(({ dueAt }) => dueAt <= now))
        const first = expected.toSorted((left, right) => left.dueAt - right.dueAt)[0]
        expect(queue.nextDueAt()).toBe(first?.dueAt)
        for (const waiting of expected) expect(queue.get(waiting.id)).toEqual(waiting)
      }
    }),
  )
})

test('what was taken, dropped or never there cannot be answered', () => {
  const queue = createDeliveryQueue<string>(() => 0)
  queue.add('1', 'a')
  queue.add('2', 'b')
  queue.answered('1', undefined)
  expect(() => queue.answered('1', 5)).toThrow('The sandbox has no delivery 1 that waits.')
  queue.drop()
  expect(() => queue.get('2')).toThrow('The sandbox has no delivery 2 that waits.')
  expect(queue.due()).toEqual([])
  expect(queue.nextDueAt()).toBeUndefined()
})
