import { IntegrationError } from '@unioneyes/core'

/** The part of nock that a replay stands on. */
export type Nock = typeof import('nock').default

/**
 * Loads nock, which takes hold of `fetch` as soon as it is loaded: so only when something is replayed.
 *
 * @throws IntegrationError CONFIG_INVALID naming the package when it is not installed.
 */
export async function loadNock(load: () => Promise<{ readonly default: Nock }> = () => import('nock')): Promise<Nock> {
  try {
    return (await load()).default
  } catch (cause) {
    const message = 'Replaying a recorded exchange needs the package nock: npm install --save-dev nock'
    throw new IntegrationError('CONFIG_INVALID', message, { cause })
  }
}
