import { IntegrationError } from '@unioneyes/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Breaker } from '../src/http/breaker.ts'
import { skippingClock } from './live.ts'

const outage = (): Promise<never> => Promise.reject(new IntegrationError('PROVIDER_UNAVAILABLE', 'down'))
const refusal = (): Promise<never> => Promise.reject(new IntegrationError('REQUEST_REJECTED', 'no'))
const cancelled = (): Promise<never> => Promise.reject(new IntegrationError('CANCELLED', 'stop'))
const success = (): Promise<string> => Promise.resolve('ok')

async function codeOf(run: Promise<unknown>): Promise<string> {
  const result: unknown = await run.catch((error: unknown) => error)
  return IntegrationError.is(result) ? result.code : 'ok'
}

function breaker() {
  const clock = skippingClock()
  return { clock, breaker: new Breaker('example', clock) }
}

async function opened() {
  const made = breaker()
  for (let count = 0; count < 5; count += 1) await codeOf(made.breaker.run(outage))
  return made
}

test('five outages in a row open it, and then nothing is asked', async () => {
  const { breaker: subject } = await opened()
  let asked = false
  const error: unknown = await subject
    .run(async () => {
      asked = true
      return success()
    })
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', retryable: true, retryAfterMs: 30_000 })
  expect(asked).toBe(false)
})

test('it is open exactly when the last five answers of a provider were outages', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom('outage', 'success'), { maxLength: 15 }), async (answers) => {
      const { breaker: subject } = breaker()
      let row = 0
      for (const answer of answers) {
        const code = await codeOf(subject.run<unknown>(answer === 'outage' ? outage : success))
        if (row >= 5) {
          expect(code).toBe('CIRCUIT_OPEN')
          return
        }
        row = answer === 'outage' ? row + 1 : 0
      }
    }),
  )
})

test('refusals never open it', async () => {
  const { breaker: subject } = breaker()
  for (let count = 0; count < 20; count += 1) expect(await codeOf(subject.run(refusal))).toBe('REQUEST_REJECTED')
})

test('after 30 seconds one probe decides', async () => {
  const { breaker: subject, clock } = await opened()
  clock.set(clock.now() + 29_999)
  expect(await codeOf(subject.run(success))).toBe('CIRCUIT_OPEN')
  clock.set(clock.now() + 1)
  expect(await codeOf(subject.run(outage))).toBe('PROVIDER_UNAVAILABLE')
  expect(await codeOf(subject.run(success))).toBe('CIRCUIT_OPEN')
  clock.set(clock.now() + 30_000)
  expect(await codeOf(subject.run(success))).toBe('ok')
  expect(await codeOf(subject.run(outage))).toBe('PROVIDER_UNAVAILABLE')
  expect(await codeOf(subject.run(success))).toBe('ok')
})

test('while a probe is out, others wait for what it finds', async () => {
  const { breaker: subject, clock } = await opened()
  clock.set(clock.now() + 30_000)
  let answer: ((text: string) => void) | undefined
  const probe = subject.run(() => new Promise<string>((resolve) => (answer = resolve)))
  let asked = false
  const other = subject.run(async () => {
    asked = true
    return success()
  })
  await Promise.resolve()
  expect(asked).toBe(false)
  answer?.('ok')
  expect(await Promise.all([probe, other])).toEqual(['ok', 'ok'])
})

test('a probe that was cancelled does not close it', async () => {
  const { breaker: subject, clock } = await opened()
  clock.set(clock.now() + 30_000)
  expect(await codeOf(subject.run(cancelled))).toBe('CANCELLED')
  expect(await codeOf(subject.run(success))).toBe('CIRCUIT_OPEN')
})

test('a clock that is set back does not keep it open for longer', async () => {
  const { breaker: subject, clock } = await opened()
  clock.set(clock.now() - 3_600_000)
  expect(await codeOf(subject.run(success))).toBe('ok')
})
