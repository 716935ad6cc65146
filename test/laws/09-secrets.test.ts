import { inspect } from 'node:util'
import { createVault, generateVaultKey, IntegrationError, memoryStore, vaultFromEnvironment } from '@unioneyes/core'
import type { BaseIntegration, ConnectionKey, Logger } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { trialAdapter } from '../../packages/core/test/support/trial-adapter.ts'

import { trialApp, trialKey } from '../../packages/core/test/support/trial-app.ts'
import type { TrialApp } from '../../packages/core/test/support/trial-app.ts'
import { storeKinds } from '../support/stores.ts'

const secret = 's3cr3t-9f8e7d6c5b4a'
const details = { credentials: { apiKey: secret }, settings: { subdomain: 'acme' } }

/** Everything that a logger, a debugger or an HTTP answer could make of values. */
function everythingOf(...values: readonly unknown[]): string {
  return values
    .flatMap((value) => {
      const shown = [inspect(value, { depth: 20, showHidden: true, maxStringLength: null }), JSON.stringify(value)]
      for (let error = value; error instanceof Error; error = error.cause) shown.push(error.message, error.stack ?? '')
      return shown
    })
    .join('\n')
}

function expectNoSecret(...values: readonly unknown[]): void {
  const text = everythingOf(...values)
  for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
    // Without the last characters, which depend on what follows.
    expect(text).not.toContain(Buffer.from(secret).toString(encoding).slice(0, 18))
  }
}

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.fail('expected a failure'),
    (error: unknown) => error,
  )

/** Puts a text where the credentials of a connection stand, as an administrator with database access could. */
async function plant(app: TrialApp, organizationId: string, credentials: string): Promise<void> {
  const row = { type: 'hris', settings: { subdomain: 'acme' } } as const
  await app.store.connections.save({ ...trialKey(organizationId), ...row, credentials })
}

describe.each(storeKinds)('law 9: secrets stay secret, on $name', (kind) => {
  test('what is stored holds them only sealed', async () => {
    await using opened = await kind.open()
    const app = trialApp({ store: opened.store })
    await app.integrations.connections.save('org_1', 'trial', details)
    await app.integrations.connections.check('org_1', 'trial')
    const store = await opened.reopen()
    const rows = await store.connections.list({})
    expect(rows.map(({ credentials }) => credentials)).toEqual([expect.stringMatching(/^sealed\.v1\.k1\./)])
    expectNoSecret(rows, await store.audit.list('org_1'))
    await app.integrations.get('org_1', 'trial')
    expect(app.adapter.made.at(-1)?.seenConfig.credentials.apiKey).toBe(secret)
  })

  test('sealed credentials moved to another row open for nobody', async () => {
    await using opened = await kind.open()
    const app = trialApp({ store: opened.store })
    await app.integrations.connections.save('org_1', 'trial', details)
    const row = await app.store.connections.get(trialKey('org_1'))
    await plant(app, 'org_2', row!.credentials)
    const error = await failureOf(app.integrations.get('org_2', 'trial'))
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('sealed for another organization'),
    })
    expectNoSecret(error)
    expect(app.adapter.made).toHaveLength(0)
  })

  test('plain credentials in the table are refused with what to do', async () => {
    await using opened = await kind.open()
    const app = trialApp({ store: opened.store })
    await plant(app, 'org_1', JSON.stringify(details.credentials))
    const error = await failureOf(app.integrations.get('org_1', 'trial'))
    expect(error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/are not sealed\. Write what `await vault\.seal\(/),
    })
    expectNoSecret(error)
  })
})

describe('law 9: secrets stay secret', () => {
  const vault = createVault({ keys: { k1: generateVaultKey() } })
  const owner = trialKey('org_1')

  test('a value opens only for the organization, provider and connection it was sealed for', async () => {
    const part = fc.constantFrom('a', 'b', '"', ',', '","', '\\', '[', ']', '.', '\0', 'é')
    const name = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
    const key = fc.record({ organizationId: name, provider: name, connection: name })
    // Two owners whose names are the same text once they are joined by a separator.
    const lookalikes = fc
      .tuple(name, name, name, name, part)
      .map(([a, b, c, d, by]): [ConnectionKey, ConnectionKey] => [
        { organizationId: a, provider: [b, c].join(by), connection: d },
        { organizationId: [a, b].join(by), provider: c, connection: d },
      ])
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.tuple(key, key), lookalikes), async ([from, to]) => {
        fc.pre(JSON.stringify(from) !== JSON.stringify(to))
        const sealed = await vault.seal(from, details.credentials)
        expect(await vault.open(from, sealed)).toEqual(details.credentials)
        expectNoSecret(await failureOf(vault.open(to, sealed)))
      }),
      { numRuns: 200 },
    )
    for (const change of [{ organizationId: 'org_2' }, { provider: 'other' }, { connection: 'second' }]) {
      const moved = vault.open({ ...owner, ...change }, await vault.seal(owner, details.credentials))
      await expect(moved).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
  })

  test('a value that was changed in any character opens for nobody', async () => {
    const sealed = await vault.seal(owner, { k: 1 })
    for (let at = 0; at < sealed.length; at += 1) {
      for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/= ') {
        if (character === sealed[at]) continue
        const changed = sealed.slice(0, at) + character + sealed.slice(at + 1)
        await expect(vault.open(owner, changed), `${character} at ${String(at)}`).rejects.toThrow(IntegrationError)
      }
    }
  })

  test('no two values are sealed alike', async () => {
    const sealed = await Promise.all(Array.from({ length: 1000 }, () => vault.seal(owner, details.credentials)))
    expect(new Set(sealed.map((text) => text.split('.')[3])).size).toBe(1000)
  })

  test('without a usable key nothing starts', () => {
    const unusable = [
      () => createVault({ keys: {} }),
      () => createVault({ keys: { k1: '' } }),
      () => createVault({ keys: { k1: 'c2hvcnQ=' } }),
      () => vaultFromEnvironment({}),
      () => vaultFromEnvironment({ INTEGRATIONS_VAULT_KEYS: ' ' }),
    ]
    for (const start of unusable) expect(start).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  test('keys rotate while the app runs', async () => {
    const app = trialApp({ vault: createVault({ keys: { k1: generateVaultKey() } }) })
    await app.save('org_1')
    await app.save('org_2')
    const live = await app.integrations.get('org_1', 'trial')
    app.vault.rotate('k2', generateVaultKey())
    expect(await app.integrations.get('org_1', 'trial')).toBe(live)
    await app.integrations.get('org_2', 'trial')
    const before = await app.store.connections.get(owner)
    expect(app.vault.isStale(before!.credentials)).toBe(true)
    await app.save('org_1')
    const after = await app.store.connections.get(owner)
    expect(app.vault.isStale(after!.credentials)).toBe(false)
    await app.integrations.get('org_1', 'trial')
    expect(app.adapter.made.at(-1)?.seenConfig.credentials.apiKey).toBe('key of org_1/default')
  })

  test('no error, log line, answer or metadata shows one, whatever goes wrong', async () => {
    const lines: unknown[] = []
    const log: Logger['info'] = (fields, message) => lines.push(fields, message)
    // As a vendor's library would: its message quotes the request.
    const adapter = trialAdapter(async (step) => {
      if (step === 'disconnect') throw new Error(`GET https://api.example/logout?key=${secret} failed`)
    })
    const store = memoryStore()
    const app = trialApp({ adapter, store, logger: { debug: log, info: log, warn: log, error: log } })
    const { connections, registry } = app.integrations
    const wrong = { [secret]: secret, apiKey: undefined } as unknown as { apiKey: string }
    const failures = [
      await failureOf(connections.save('org_1', 'trial', { ...details, credentials: wrong })),
      await failureOf(
        connections.save('org_1', 'trial', { ...details, credentials: secret as unknown as { apiKey: string } }),
      ),
      await failureOf(
        connections.save('org_1', 'trial', {
          ...details,
          settings: { [secret]: 1n } as unknown as { subdomain: string },
        }),
      ),
      await failureOf(app.vault.seal(owner, { apiKey: secret, big: 1n })),
    ]
    const answers = [await connections.save('org_1', 'trial', details)]
    answers.push(...(await connections.list('org_1')), (await connections.get('org_1', 'trial'))!)
    await connections.check('org_1', 'trial')

    const row = await store.connections.get(owner)
    for (const credentials of [
      secret,
      JSON.stringify({ apiKey: secret }),
      `sealed.v1.${secret}.x.y`,
      row!.credentials.slice(0, -2),
    ]) {
      await plant(app, 'org_1', credentials)
      failures.push(await failureOf(app.integrations.get('org_1', 'trial')))
    }
    await plant(app, 'org_1', await app.vault.seal(owner, { token: secret }))
    failures.push(await failureOf(app.integrations.get('org_1', 'trial')))
    await app.integrations.close()

    expect(lines).not.toEqual([])
    expect(failures.every((error) => IntegrationError.is(error, 'CONFIG_INVALID'))).toBe(true)
    for (const answer of answers) expect(answer).not.toHaveProperty('credentials')
    expectNoSecret(
      lines,
      ...failures,
      answers,
      registry.getAll(),
      registry.getHealth('org_1', 'trial'),
      await store.audit.list('org_1'),
    )
  })

  test('the log of runs keeps no secret of an error that an adapter let through', async () => {
    const adapter = trialAdapter()
    const create = (): BaseIntegration => {
      const integration = adapter.create()
      // As a vendor's library would: its message quotes the request.
      return Object.assign(integration, {
        async *read() {
          await Promise.resolve()
          throw new Error(
            `GET https://api.example/people?key=${secret} failed, authorization: ${secret}; tried ${secret}`,
          )
        },
      })
    }
    const store = memoryStore()
    const { integrations } = trialApp({ adapter: { ...adapter, create }, store })
    await integrations.connections.save('org_1', 'trial', details)
    const engine = createSyncEngine({ integrations, store })
    const run = await engine.full('org_1', 'trial')
    expect(run.error?.message).toContain('Unexpected error: GET https://api.example/people')
    expectNoSecret(run, await store.runs.list({ organizationId: 'org_1' }), await engine.timeline('org_1', run.id))
  })
})
