import assert from 'node:assert/strict'
import type { HealthCheckResult } from '@unioneyes/core'
import type { AdapterCheckBody, Facts } from './adapter-check.ts'
import { midway } from './applicability.ts'
import { assertExactly, assertFailed } from './expectations.ts'

const MOST_REQUESTS = 3

/** What an adapter makes of credentials that are refused. */
export const signInChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'unauthorized-midway',
    name: 'credentials that are refused in the middle of a listing fail the read with AUTH_FAILED',
    remedy: 'Throw AUTH_FAILED for a 401 wherever it comes; never take it for the end.',
    async run(stage) {
      const scene = await stage.open()
      scene.wire.instead({ from: midway(stage) }, ({ request }) => stage.refuse(request))
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertFailed(reading, ['AUTH_FAILED'], 'when the credentials are refused in the middle')
    },
  },
  {
    hazard: 'forbidden',
    name: 'a missing permission fails the read with PERMISSION_DENIED, unless another way shows everything',
    remedy: 'Tell 403 (the key is good, the permission is missing) from 401, and from an empty listing.',
    async run(stage) {
      const scene = await stage.open()
      scene.wire.instead({ from: midway(stage) }, () => ({ status: 403 }))
      const reading = await scene.attempt()
      scene.wire.assertMet()
      if (reading.error === undefined && reading.restarts > 0) {
        assertExactly(reading, scene.ids(), 'another way, when the provider answers 403')
      } else assertFailed(reading, ['PERMISSION_DENIED'], 'when the provider answers 403')
    },
  },
]

/** The same for the adapter as a whole. */
export const connectionChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'revoked',
    name: 'a revoked grant is given up at once, as one that needs new credentials',
    remedy: 'Do not repeat a request whose credentials were refused; throw AUTH_FAILED, and report `needs_reconnect`.',
    unless: ({ can }: Facts) => (can.revoke ? undefined : 'the subject cannot revoke its credentials (`revoke`)'),
    async run({ open }) {
      const scene = await open()
      const { integration, attempt } = await scene.app()
      scene.revoke()
      scene.sandbox.requests.clear()
      assertFailed(await attempt(), ['AUTH_FAILED'], 'after the credentials were revoked')
      const asked = scene.sandbox.requests.counters.total
      assert.ok(asked <= MOST_REQUESTS, `The adapter sent ${asked} requests with revoked credentials.`)
      const { status } = await integration.healthCheck()
      assert.equal(status, 'needs_reconnect', 'The health of a connection whose credentials were revoked')
    },
  },
  {
    hazard: 'health',
    name: 'the health check tells a good key from a bad one, without throwing',
    remedy: 'Ask something cheap that only works with valid credentials, and turn a refusal into `needs_reconnect`.',
    unless: ({ wrongCredentials }: Facts) =>
      wrongCredentials ? undefined : 'the subject has no credentials that are refused (`wrongCredentials`)',
    async run({ wrongCredentials = {}, open }) {
      const scene = await open()
      assertHealthy(await (await scene.app()).integration.healthCheck())
      const health = await (await scene.app({ credentials: wrongCredentials })).integration.healthCheck()
      assert.ok(!isHealthy(health), 'The health check calls a connection with wrong credentials healthy.')
      assert.equal(health.status, 'needs_reconnect', 'The health of a connection with wrong credentials')
    },
  },
  {
    hazard: 'health-in-an-outage',
    name: 'an outage of the provider is not taken for bad credentials',
    remedy:
      'Report `unhealthy` or `degraded` for anything but refused credentials: people would be asked to sign in again.',
    async run({ open }) {
      const scene = await open()
      const { integration } = await scene.app()
      scene.sandbox.faults.inject({ fault: { kind: 'serverError', status: 500 } })
      const health = await integration.healthCheck()
      assert.ok(!isHealthy(health), 'The health check calls a provider that fails healthy.')
      assert.notEqual(health.status, 'needs_reconnect', 'The health of a connection while the provider fails')
    },
  },
]

const isHealthy = ({ status, healthy }: HealthCheckResult): boolean =>
  healthy ?? (status === 'healthy' || status === 'active')

function assertHealthy(health: HealthCheckResult): void {
  assert.ok(isHealthy(health), `The health check calls a good connection ${health.status}: ${health.lastError ?? ''}`)
}
