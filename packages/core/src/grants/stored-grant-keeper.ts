import { randomUUID } from 'node:crypto'
import { IntegrationError } from '../integration-error.ts'
import type { Clock } from '../ports/clock.ts'
import type { ConnectionStanding } from '../ports/connection-store.ts'
import type { ConnectionStatus } from '../integration-type.ts'
import type { ConnectionKey } from '../ports/keys.ts'
import type { Lease } from '../ports/lease-store.ts'
import type { Logger } from '../ports/logger.ts'
import type { Store } from '../ports/store.ts'
import type { CredentialVault } from '../vault/credential-vault.ts'
import { connectionGone, grantEnded, reconnectReason, renewalBusy, withoutRefreshToken } from './grant-errors.ts'
import { isGood, joinGrant, renewedGrant, splitGrant } from './grant.ts'
import type { Grant, GrantKeeper, GrantRequest, OtherCredentials, StoredGrant } from './grant.ts'

/** The name under which the right to renew a connection's grant is leased. No entity of an adapter may begin with `@`. */
export const GRANT_LEASE = '@grant'

/** How long a refresh request may take, in milliseconds. */
export const REFRESH_TIMEOUT_MS = 20_000

/** What a {@link StoredGrantKeeper} stands on. */
export interface GrantKeeperParts {
  readonly key: ConnectionKey
  readonly store: Store
  readonly vault: CredentialVault
  readonly clock: Clock
  readonly logger: Logger
  /** The longest wait for another process, in milliseconds. */
  readonly maxWaitMs: number
}

/** What is known of the connection's row. */
interface Held {
  readonly sealed: string
  readonly grant: StoredGrant
  readonly others: OtherCredentials
  readonly status: ConnectionStatus
  /** How far the store's clock is ahead of ours. */
  readonly aheadMs: number
}

/** A renewal under way, and those who wait for it. */
interface Flight {
  readonly done: Promise<Grant>
  /** Aborts when nobody waits any more. */
  readonly deserted: AbortController
  riders: number
}

// Longer than a refresh request and the save after it, so that nobody asks the token server beside a holder that lives.
const LEASE_MS = 2 * REFRESH_TIMEOUT_MS
const FIRST_PAUSE_MS = 25
const LONGEST_PAUSE_MS = 1000
// After a renewal ahead of time that failed, the token that still works is used for so long without trying again.
const CALM_MS = 30_000

/**
 * The grant of one connection, in the vault. One refresh request per expiry: within the process callers share a renewal, among
 * processes a lease decides, and whoever comes later reads what the first one stored. A token is stored, by compare-and-set,
 * before it is used.
 */
export class StoredGrantKeeper implements GrantKeeper {
  readonly #parts: GrantKeeperParts
  #held: Held | undefined
  #flight: Flight | undefined
  /** What the server gave and the store did not take yet: the old refresh token may be worthless by now. */
  #unsaved: { readonly from: StoredGrant; readonly grant: StoredGrant } | undefined
  #calmUntil = 0
  readonly #flying = new Set<Promise<unknown>>()

  constructor(parts: GrantKeeperParts) {
    this.#parts = parts
  }

  async fresh(request: GrantRequest): Promise<Grant> {
    request.signal?.throwIfAborted()
    const held = this.#held ?? (await this.#load())
    if (this.#serves(held, request.refused)) return toGrant(held)
    for (;;) {
      const joined = this.#flight
      const grant = await this.#ride(joined ?? this.#start(request), request.signal)
      // A renewal that somebody else began may have ended with the very token that was refused here.
      if (joined === undefined || grant.accessToken !== request.refused) return grant
    }
  }

  /** Tells what the connection's row holds now, so that a token which another process stored is used from here on. */
  saw(sealed: string): void {
    if (this.#held?.sealed !== sealed) this.#held = undefined
  }

  /** Resolves when no renewal is under way: what a token server answered must be stored before the process ends. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#flying)
  }

  #serves(held: Held, refused: string | undefined): boolean {
    const { grant, aheadMs } = held
    if (grant.accessToken === refused) return false
    const now = this.#parts.clock.now()
    const calmMs = this.#calmUntil - now
    return isGood(grant, now + aheadMs, calmMs > 0 && calmMs <= CALM_MS)
  }

  #start(request: GrantRequest): Flight {
    const deserted = new AbortController()
    const asking = { now: false }
    const done = this.#renew(request, deserted.signal, asking)
    const flight: Flight = { done, deserted, riders: 0 }
    const forget = (): void => {
      if (this.#flight === flight) this.#flight = undefined
    }
    const landed = done.then(forget, forget).finally(() => this.#flying.delete(landed))
    this.#flying.add(landed)
    // One that only waited when it was deserted ends without a result: whoever comes now begins anew.
    deserted.signal.addEventListener('abort', () => {
      if (!asking.now) forget()
    })
    this.#flight = flight
    return flight
  }

  async #ride(flight: Flight, signal: AbortSignal | undefined): Promise<Grant> {
    flight.riders += 1
    try {
      return await unlessAborted(flight.done, signal)
    } finally {
      flight.riders -= 1
      if (flight.riders === 0) flight.deserted.abort(new DOMException('Nobody waits any more.', 'AbortError'))
    }
  }

  /** Waits for its turn to renew, or for another process to have done it. */
  async #renew(request: GrantRequest, deserted: AbortSignal, asking: { now: boolean }): Promise<Grant> {
    const { clock, store, key, maxWaitMs } = this.#parts
    const runId = `grant ${randomUUID()}`
    let waitedMs = 0
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const held = await this.#load()
      if (this.#serves(held, request.refused)) return toGrant(held)
      // What the server gave is stored first, whatever others have made of the old token meanwhile.
      if (this.#unsaved === undefined) await this.#requireLife(held, request.refused)
      const answer = await store.leases.acquire(leaseKey(key), { runId, ttlMs: LEASE_MS })
      if ('fence' in answer) {
        asking.now = true
        return this.#renewUnder(answer, request)
      }
      const remainingMs = Math.max(0, answer.expiresAt - (clock.now() + held.aheadMs))
      if (waitedMs >= maxWaitMs) throw renewalBusy(key, Math.max(remainingMs, LONGEST_PAUSE_MS))
      const waitMs = Math.min(pauseMs, maxWaitMs - waitedMs)
      await clock.sleep(waitMs, deserted)
      waitedMs += waitMs
    }
  }

  async #renewUnder(lease: Lease, request: GrantRequest): Promise<Grant> {
    try {
      for (;;) {
        const held = await this.#load()
        if (this.#serves(held, request.refused)) return toGrant(held)
        if (await this.#saveLeftOver(held)) continue
        await this.#requireLife(held, request.refused)
        let isRenewed: boolean
        try {
          isRenewed = await this.#ask(held, request)
        } catch (error) {
          const isNeeded = held.grant.accessToken === request.refused || !this.#isAlive(held)
          if (isNeeded || this.#unsaved !== undefined) throw error
          this.#calmUntil = this.#parts.clock.now() + CALM_MS
          this.#log('warn', 'An access token could not be renewed ahead of time; it is used until its end', error)
          return toGrant(held)
        }
        // A server may give a token that has ended on its way, or the refused one again: asking on would help nobody.
        if (isRenewed) return toGrant(await this.#load())
        // An end, or a grant of somebody who was faster, is looked at anew.
      }
    } finally {
      await this.#parts.store.leases.release(lease).catch((error: unknown) => {
        this.#log('debug', 'The lease of a renewal could not be released and ends by itself', error)
      })
    }
  }

  /** Asks the token server once and stores what it says. @returns whether a new token of ours is stored. */
  async #ask(held: Held, request: GrantRequest): Promise<boolean> {
    const { store, key } = this.#parts
    const { refreshToken } = held.grant
    const askedAt = await store.now()
    const answer =
      refreshToken === undefined
        ? { kind: 'ended' as const, reason: 'its access token has run out and no refresh token was granted' }
        : await request.refresh(refreshToken, { timeoutMs: REFRESH_TIMEOUT_MS })
    if (answer.kind === 'renewed') {
      this.#unsaved = { from: held.grant, grant: renewedGrant(held.grant, answer, askedAt) }
      return (await this.#saveLeftOver(held)) === 'saved'
    }
    if (await this.#save(held, held.grant, { ...held.grant, endedAt: askedAt, endedWhy: answer.reason })) {
      this.#log('warn', 'A connection needs to be connected again')
      await this.#audit('grant.end', reconnectReason(key, answer.reason))
    }
    return false
  }

  /** Stores what the server gave, now or at an earlier try; undefined when there is nothing to store. */
  async #saveLeftOver(held: Held): Promise<'saved' | 'outdated' | undefined> {
    const unsaved = this.#unsaved
    if (unsaved === undefined) return undefined
    const saved = isContinuedBy(unsaved.from, held.grant) && (await this.#save(held, unsaved.from, unsaved.grant))
    this.#unsaved = undefined
    if (saved) await this.#audit('grant.renew')
    return saved ? 'saved' : 'outdated'
  }

  /**
   * Puts a grant in the place of the one it came from, which may have been sealed anew meanwhile with another key or beside
   * another secret.
   *
   * @returns false when another grant stands there by now, which then counts.
   */
  async #save(first: Held, from: StoredGrant, grant: StoredGrant): Promise<boolean> {
    const { store, vault, key } = this.#parts
    for (let held = first; ;) {
      const sealed = await vault.seal(key, joinGrant(grant, held.others))
      if (await store.connections.replaceCredentials(key, held.sealed, sealed, this.#standing(held, grant))) return true
      held = await this.#load()
      const isEndedTwice = grant.endedAt !== undefined && held.grant.endedAt !== undefined
      if (isEndedTwice || !isContinuedBy(from, held.grant)) return false
    }
  }

  /** What becomes of the connection's status with a grant; undefined leaves it. */
  #standing({ status }: Held, grant: StoredGrant): ConnectionStanding | undefined {
    if (grant.endedAt !== undefined) {
      return { status: 'needs_reconnect', reason: reconnectReason(this.#parts.key, grant.endedWhy) }
    }
    // One that was given up while its renewal was under way is alive after all.
    return status === 'needs_reconnect' ? { status: 'active' } : undefined
  }

  /** The row as it is now. @throws IntegrationError CONFIG_INVALID when there is none. */
  async #load(): Promise<Held> {
    const { store, vault, clock, key } = this.#parts
    const stored = await store.connections.get(key)
    if (!stored) throw connectionGone(key)
    const { credentials: sealed, status } = stored
    const opened = this.#held?.sealed === sealed ? this.#held : splitGrant(await vault.open(key, sealed))
    const aheadMs = (await store.now()) - clock.now()
    const { grant, others } = opened
    return (this.#held = { sealed, grant, others, status, aheadMs })
  }

  /** @throws IntegrationError AUTH_FAILED when asking the token server is of no use. */
  async #requireLife(held: Held, refused: string | undefined): Promise<void> {
    const { store, key } = this.#parts
    const { sealed, grant, status } = held
    if (grant.endedAt !== undefined) {
      // Somebody set the status without connecting again. A disabled connection stays as it is.
      if (status !== 'needs_reconnect') {
        await store.connections.replaceCredentials(key, sealed, sealed, this.#standing(held, grant))
      }
      throw grantEnded(key, grant.endedWhy)
    }
    // A refusal says less than an end that was stated: one request may be refused for reasons of its own.
    const isRefused = refused !== undefined && grant.accessToken === refused
    if (grant.refreshToken === undefined && isRefused && this.#isAlive(held)) throw withoutRefreshToken(key)
  }

  /** Whether nothing says that the access token has come to its end. */
  #isAlive({ grant, aheadMs }: Held): boolean {
    return isGood(grant, this.#parts.clock.now() + aheadMs, true)
  }

  async #audit(action: string, detail?: string): Promise<void> {
    const { store, clock, key } = this.#parts
    const { organizationId, provider, connection } = key
    const target = `${provider}/${connection}`
    try {
      await store.audit.append({ at: clock.now(), organizationId, actor: 'system', action, target, detail })
    } catch (error) {
      // What happened has happened, and the token is needed.
      this.#log('warn', `The audit log did not take ${action}`, error)
    }
  }

  #log(level: 'debug' | 'warn', message: string, error?: unknown): void {
    const { key, logger } = this.#parts
    // The name alone: nobody knows what else an error says.
    const name = IntegrationError.is(error) ? error.code : error instanceof Error ? error.name : typeof error
    logger[level]({ ...key, ...(error === undefined ? {} : { error: name }) }, message)
  }
}

const leaseKey = ({ organizationId, provider, connection }: ConnectionKey) => ({
  organizationId,
  provider,
  connection,
  entity: GRANT_LEASE,
})

/** Whether what is stored is still the grant from which another one was got. */
function isContinuedBy(from: StoredGrant, stored: StoredGrant): boolean {
  return from.accessToken === stored.accessToken && from.refreshToken === stored.refreshToken
}

function toGrant({ grant: { accessToken = '', scope } }: Held): Grant {
  return { accessToken, scope }
}

/** The promise, or the signal's reason as soon as it aborts; what the promise stands for goes on. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      const reason: unknown = signal.reason
      reject(reason instanceof Error ? reason : new DOMException('The operation was aborted', 'AbortError'))
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop)
    })
  })
}
