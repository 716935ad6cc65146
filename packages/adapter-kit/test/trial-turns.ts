import { silentLogger } from '@unioneyes/core'
import type { Clock, RateLimit } from '@unioneyes/core'
import { RequestTurns } from '../src/http/request-turns.ts'
import type { TurnRequest } from '../src/http/request-turns.ts'
import { testBudgets } from './live.ts'

const resolve = (path: string): URL => new URL(path, 'https://api.example.com/v1/')

/** Turns under some limits, on a clock. */
export function trialTurns(limits: readonly RateLimit[], clock: Clock, concurrency?: number): RequestTurns {
  const key = { organizationId: 'org_1', provider: 'example', connection: 'default' }
  return new RequestTurns({ limits, concurrency, clock, budgets: testBudgets(), key, logger: silentLogger, resolve })
}

/** A request for a path that sits out whatever it must. */
export function trialRequest(
  clock: Clock,
  { path = 'things', signal, late = () => 0 }: { path?: string; signal?: AbortSignal; late?: () => number } = {},
): TurnRequest {
  return {
    url: resolve(path),
    ready: () => Promise.resolve(),
    wait: ({ ms }) => clock.sleep(ms + late(), signal),
    signal,
  }
}
