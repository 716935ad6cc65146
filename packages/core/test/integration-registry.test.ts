import { afterEach, describe, expect, test, vi } from 'vitest'
import type { AnyAdapter } from '../src/adapter.ts'
import { IntegrationRegistry } from '../src/integration-registry.ts'
import type { IntegrationMetadata } from '../src/integration-registry.ts'
import { IntegrationType } from '../src/integration-type.ts'
import { trialAdapter } from './support/trial-adapter.ts'
import { trialKey } from './support/trial-app.ts'

const adapterLike = (changes: Partial<AnyAdapter>): AnyAdapter => ({ ...trialAdapter(), ...changes })

describe('metadata', () => {
  test('says everything an adapter declares', () => {
    const adapter = adapterLike({
      description: 'People and departments.',
      documentationUrl: 'https://example.com/docs',
      status: 'beta',
      env: { subdomain: 'TRIAL_SUBDOMAIN', apiKey: 'TRIAL_API_KEY' },
      rateLimit: { requests: 60, per: 'minute', source: 'https://example.com/limits' },
    })
    expect(new IntegrationRegistry([adapter]).getMetadata('trial')).toEqual({
      provider: 'trial',
      type: 'hris',
      name: 'Trial',
      description: 'People and departments.',
      version: '1.0.0',
      capabilities: adapter.capabilities,
      requiredEnvVars: ['TRIAL_SUBDOMAIN', 'TRIAL_API_KEY'],
      rateLimit: { requests: 60, per: 'minute', source: 'https://example.com/limits' },
      rateLimits: [{ requests: 60, per: 'minute', source: 'https://example.com/limits' }],
      documentationUrl: 'https://example.com/docs',
      status: 'beta',
    } satisfies IntegrationMetadata)
  })

  test('falls back to the name, no variables and available', () => {
    expect(new IntegrationRegistry([trialAdapter()]).getMetadata('trial')).toMatchObject({
      description: 'Trial',
      requiredEnvVars: [],
      rateLimit: undefined,
      rateLimits: [],
      status: 'available',
    })
  })

  test('says every limit, the paths of each included', () => {
    const rateLimits = [
      { requests: 10, per: 'second' },
      { requests: 20, per: 'minute', each: ['items.list'] },
    ] as const
    const registry = new IntegrationRegistry([adapterLike({ rateLimit: rateLimits[0], rateLimits })])
    expect(registry.getMetadata('trial')).toMatchObject({ rateLimit: rateLimits[0], rateLimits })
    expect(registry.getRateLimits('trial')).toEqual(rateLimits)
    expect(registry.getRateLimits('nobody')).toEqual([])
  })

  test('lists all, and those of one type', () => {
    const registry = new IntegrationRegistry([
      trialAdapter(),
      adapterLike({ provider: 'books', type: IntegrationType.ACCOUNTING }),
      adapterLike({ provider: 'people', type: IntegrationType.HRIS }),
    ])
    const providers = (all: IntegrationMetadata[]): string[] => all.map(({ provider }) => provider)
    expect(providers(registry.getAll())).toEqual(['trial', 'books', 'people'])
    expect(providers(registry.getByType(IntegrationType.HRIS))).toEqual(['trial', 'people'])
    expect(providers(registry.getByType(IntegrationType.PENSION))).toEqual([])
    expect(registry.adapters()).toHaveLength(3)
  })

  test('knows nothing of a provider that nobody registered, whatever it is called', () => {
    const registry = new IntegrationRegistry([trialAdapter()])
    for (const provider of ['workday', '__proto__', 'constructor', '']) {
      expect(registry.getMetadata(provider)).toBeUndefined()
      expect(registry.getRateLimit(provider)).toBeUndefined()
      expect(registry.isAvailable(provider)).toBe(false)
      expect(registry.checkEnvironmentVars(provider, {})).toEqual({ available: false, missing: [] })
    }
  })
})

describe('availability', () => {
  test.each([
    [undefined, true],
    ['available', true],
    ['beta', true],
    ['deprecated', true],
    ['unavailable', false],
  ] as const)('with the status %s: %s', (status, expected) => {
    expect(new IntegrationRegistry([adapterLike({ status })]).isAvailable('trial')).toBe(expected)
  })
})

describe('environment variables', () => {
  const registry = new IntegrationRegistry([
    adapterLike({ env: { subdomain: 'TRIAL_SUBDOMAIN', apiKey: 'TRIAL_API_KEY' } }),
  ])
  afterEach(() => vi.unstubAllEnvs())

  test('all there', () => {
    expect(registry.checkEnvironmentVars('trial', { TRIAL_SUBDOMAIN: 'acme', TRIAL_API_KEY: 'k' })).toEqual({
      available: true,
      missing: [],
    })
  })

  test('missing and empty ones are named', () => {
    expect(registry.checkEnvironmentVars('trial', {}).missing).toEqual(['TRIAL_SUBDOMAIN', 'TRIAL_API_KEY'])
    expect(registry.checkEnvironmentVars('trial', { TRIAL_SUBDOMAIN: 'acme', TRIAL_API_KEY: '' })).toEqual({
      available: false,
      missing: ['TRIAL_API_KEY'],
    })
  })

  test('read from the process by default', () => {
    vi.stubEnv('TRIAL_SUBDOMAIN', 'acme')
    vi.stubEnv('TRIAL_API_KEY', undefined)
    expect(registry.checkEnvironmentVars('trial').missing).toEqual(['TRIAL_API_KEY'])
  })
})

describe('registering', () => {
  test('an unknown provider names what to install and the line to add', () => {
    const registry = new IntegrationRegistry([trialAdapter(), adapterLike({ provider: 'books' })])
    expect(() => registry.adapter('workday')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        provider: 'workday',
        message: expect.stringContaining(
          "Install @unioneyes/adapter-workday and add: import '@unioneyes/adapter-workday/register'",
        ),
      }),
    )
    expect(() => registry.adapter('workday')).toThrow('"workday" (registered: books, trial)')
    expect(() => new IntegrationRegistry().adapter('workday')).toThrow(/registered: none/)
  })

  test('an adapter of a later spec is refused with what to update', () => {
    const later = { ...trialAdapter(), specVersion: 'v2' } as unknown as AnyAdapter
    expect(() => new IntegrationRegistry([later])).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: 'The trial adapter speaks spec version v2; this core speaks v1. Update @unioneyes/core.',
      }),
    )
  })

  test('the same adapter twice is fine, and so is another copy of the same version', () => {
    const adapter = trialAdapter()
    const registry = new IntegrationRegistry([adapter, adapter])
    const copy = trialAdapter()
    registry.register(copy)
    expect(registry.adapters()).toHaveLength(1)
  })

  test('another version for the same provider is refused, and the first one stays', () => {
    const adapter = trialAdapter()
    const registry = new IntegrationRegistry([adapter])
    expect(() => {
      registry.register(adapterLike({ version: '2.0.0' }))
    }).toThrow(/Two adapters are registered for trial \(versions 1\.0\.0 and 2\.0\.0\)/)
    expect(registry.adapter('trial')).toBe(adapter)
  })

  test('register() puts an adapter into the one shared registry', async () => {
    vi.resetModules()
    const fresh = await import('../src/integration-registry.ts')
    const shared = fresh.IntegrationRegistry.getInstance()
    expect(shared.adapters()).toEqual([])
    const adapter = trialAdapter()
    fresh.register(adapter)
    expect(fresh.IntegrationRegistry.getInstance()).toBe(shared)
    expect(shared.adapter('trial')).toBe(adapter)
  })
})

describe('health and rate limit', () => {
  test('health is kept per organization and connection', () => {
    const registry = new IntegrationRegistry([trialAdapter()])
    const healthy = { status: 'healthy', lastCheckedAt: new Date(1) } as const
    const worse = { status: 'degraded', lastCheckedAt: new Date(2), lastError: 'slow' } as const
    registry.updateHealth(trialKey('org_1'), healthy)
    registry.updateHealth(trialKey('org_1', 'second'), worse)
    expect(registry.getHealth('org_1', 'trial')).toEqual(healthy)
    expect(registry.getHealth('org_1', 'trial', 'second')).toEqual(worse)
    expect(registry.getHealth('org_2', 'trial')).toBeUndefined()
    registry.updateHealth(trialKey('org_1'), worse)
    expect(registry.getHealth('org_1', 'trial')).toEqual(worse)
  })

  test('names that contain separators are not confused', () => {
    const registry = new IntegrationRegistry([trialAdapter()])
    registry.updateHealth(
      { organizationId: 'a","b', provider: 'c', connection: 'd' },
      { status: 'healthy', lastCheckedAt: new Date(1) },
    )
    expect(registry.getHealth('a', 'b","c', 'd')).toBeUndefined()
  })

  test('the rate limit is what the adapter declares', () => {
    const rateLimit = { requests: 10, per: 'second' } as const
    expect(new IntegrationRegistry([adapterLike({ rateLimit })]).getRateLimit('trial')).toEqual(rateLimit)
    expect(new IntegrationRegistry([trialAdapter()]).getRateLimit('trial')).toBeUndefined()
  })
})
