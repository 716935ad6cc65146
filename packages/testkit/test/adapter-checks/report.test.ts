import { describe, expect, test } from 'vitest'
import { adapterChecks, formatReport, runAdapterChecks, scoreOf } from '../../src/index.ts'
import type { AdapterCheckResults } from '../../src/index.ts'
import { acmeAdapter, AcmeIntegration } from './acme-adapter.ts'
import { acmeSubject } from './acme-subject.ts'
import { brokenIncrements } from './broken-increments.ts'
import { brokenListings } from './broken-listings.ts'
import { brokenRequests } from './broken-requests.ts'
import { brokenRows } from './broken-rows.ts'
import { brokenDeliveries } from './broken-webhooks.ts'
import { broken } from './gallery.ts'

const correct = acmeAdapter(() => new AcmeIntegration())
const whole = acmeSubject(correct, ['people', 'teams'])
const gallery = [...brokenListings, ...brokenIncrements, ...brokenRows, ...brokenRequests, ...brokenDeliveries]

describe('the checks', () => {
  test('can all fail: for each hazard there is a broken adapter', () => {
    const hazards = new Set(adapterChecks(whole).map(({ hazard }) => hazard))
    expect([...hazards].sort()).toEqual([...new Set(gallery.map(({ hazard }) => hazard))].sort())
  })

  test('have names of their own, say what to do, and each apply somewhere', () => {
    const checks = adapterChecks(whole)
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
    expect(checks.filter(({ remedy }) => remedy.trim() === '')).toEqual([])
    const applied = new Set(checks.filter(({ skip }) => skip === undefined).map(({ hazard }) => hazard))
    expect(checks.filter(({ hazard }) => !applied.has(hazard))).toEqual([])
  })

  test('that do not apply tell the runner why, and never look passed', async () => {
    const check = adapterChecks(whole).find(({ skip }) => skip !== undefined)
    const reasons: string[] = []
    await check?.run({ skip: (reason) => reasons.push(reason) })
    expect(reasons).toEqual([check?.skip])
    await expect(check?.run()).rejects.toThrow(/does not apply: .*test\.skip/)
  })

  test('refuse a subject that cannot be checked', () => {
    const hand = whole.entities.people
    expect(() => adapterChecks({ ...whole, entities: {} })).toThrow(/no hand for any entity/)
    expect(() => adapterChecks({ ...whole, entities: { ...(hand && { cats: hand }) } })).toThrow(/no entity "cats"/)
  })

  test('of an entity without a hand count as not checked', () => {
    const [left] = adapterChecks(acmeSubject(correct, ['people'])).filter(({ entity }) => entity === 'teams')
    expect(left).toMatchObject({ hazard: 'unchecked', skip: expect.stringContaining('no hand') })
  })

  test('say when their hand is wrong', async () => {
    const { people } = whole.entities
    if (!people) throw new Error('There is no hand.')
    const checks = adapterChecks({ ...whole, entities: { people: { ...people, listing: { path: '/v2/humans' } } } })
    const check = checks.find(({ hazard }) => hazard === 'short-page')
    await expect(check?.run()).rejects.toThrow(/fewer than this check needs: correct the hand/)
  })
})

describe('the results', () => {
  test('of a correct adapter have nothing failed', async () => {
    const results = await runAdapterChecks(acmeSubject(correct, ['teams']))
    const score = scoreOf(results)
    expect(score).toMatchObject({ adapter: 'acme', version: '2.1.0', failed: 0 })
    expect(score.passed + score.skipped).toBe(results.checks.length)
    expect(JSON.parse(JSON.stringify(score))).toMatchObject({ passed: score.passed, skipped: score.skipped })
  })

  test('of a broken one say what failed and what to do', async () => {
    const adapter = broken(
      '',
      '',
      class extends AcmeIntegration {
        override async *readTeams() {
          yield { records: [], complete: true }
        }
      },
    ).make()
    const results = await runAdapterChecks(acmeSubject(adapter, ['teams']))
    const failed = results.checks.filter(({ status }) => status === 'failed')
    expect(failed.map(({ hazard }) => hazard)).toContain('everything')
    expect(formatReport(results)).toContain(
      [
        '  FAILED everything: a full listing of many pages brings every record, and nothing else',
        '    "t1", "t2", "t3", "t4", "t5" did not arrive in a full listing.',
        '    What to do: Follow the pages to the end that the provider names, without a limit of your own, and drop no record.',
      ].join('\n'),
    )
  })

  test('are written so that a person can read them', () => {
    const results: AdapterCheckResults = {
      adapter: 'acme',
      version: '1.0.0',
      checks: [
        { name: 'acme: is healthy', hazard: 'health', entity: undefined, status: 'passed' },
        {
          name: 'people: ends',
          hazard: 'loop',
          entity: 'people',
          status: 'failed',
          reason: 'It did not.\nEver.',
          remedy: 'Stop.',
        },
        { name: 'people: pages', hazard: 'everything', entity: 'people', status: 'passed' },
        { name: 'people: days', hazard: 'day', entity: 'people', status: 'skipped', reason: 'there are none' },
        { name: 'people: moments', hazard: 'moment', entity: 'people', status: 'skipped', reason: 'there are none' },
      ],
    }
    expect(formatReport(results)).toBe(`acme 1.0.0: 2 passed, 1 failed, 2 do not apply

acme
  passed (1): health

people
  FAILED loop: ends
    It did not.
    Ever.
    What to do: Stop.
  passed (1): everything
  does not apply (2): day, moment
    because there are none
`)
  })
})
