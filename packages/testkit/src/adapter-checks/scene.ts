import { createIntegrations, createVault, memoryStore } from '@unioneyes/core'
import type { BaseIntegration, ReadOptions } from '@unioneyes/core'
import type { SandboxActions } from '../sandbox/sandbox-definition.ts'
import { startSandbox } from '../sandbox/start-sandbox.ts'
import type { RunningSandbox } from '../sandbox/start-sandbox.ts'
import type { AdapterSubject, EntityHand } from './adapter-subject.ts'
import { checkClock } from './check-clock.ts'
import type { CheckClock } from './check-clock.ts'
import { recordIdReader, toLens } from './place.ts'
import { attemptRead, readEntity } from './reading.ts'
import type { Reading, ReadSetup } from './reading.ts'
import { overheard } from './said.ts'
import type { SaidLine } from './said.ts'
import { throughWire, Wire } from './wire.ts'

/** How a check begins. */
export interface SceneOptions {
  /** How many records there are; fewer than the sandbox began with only where the hand can remove. @default two pages and one */
  readonly records?: number | undefined
}

/** How an app is made. */
export interface AppOptions {
  /** @default 'org_1' */
  readonly organizationId?: string | undefined
  /** @default the subject's */
  readonly credentials?: Readonly<Record<string, unknown>> | undefined
  /** @default the scene's */
  readonly clock?: CheckClock | undefined
}

/** An app that has the adapter installed and one connection saved, as if its process had just started. */
export interface App {
  readonly integration: BaseIntegration
  /** Reads the entity to its end. @throws what the read failed with. */
  readonly read: (options?: ReadOptions, setup?: ReadSetup) => Promise<Reading>
  /** The same; what it failed with stands in the reading. */
  readonly attempt: (options?: ReadOptions, setup?: ReadSetup) => Promise<Reading>
}

/** A running sandbox with a hand on its data, and apps that read from it over a wire. */
export interface Scene extends Pick<App, 'read' | 'attempt'> {
  readonly sandbox: Pick<RunningSandbox<unknown, SandboxActions>, 'url' | 'faults' | 'requests' | 'errors'>
  readonly wire: Wire
  readonly clock: CheckClock
  /** What the adapter logged. */
  readonly said: SaidLine[]
  /** The ids of all records that there are now. */
  readonly ids: () => string[]
  readonly add: () => string
  readonly change: (id: string) => void
  readonly remove: (id: string) => void
  readonly backdate: (id: string, ms: number) => void
  readonly expected: (id: string) => unknown
  /** Lets the provider's time pass, and ours with it. */
  readonly advance: (ms: number) => void
  /** The credentials are refused from now on. */
  readonly revoke: () => void
  /** Other credentials that are let in as well, or the first ones where the subject has no others. */
  readonly otherCredentials: () => Readonly<Record<string, unknown>>
  /** Another app, which knows nothing of the first. */
  readonly app: (options?: AppOptions) => Promise<App>
  readonly close: () => Promise<void>
}

const HOUR_MS = 3_600_000

/** Starts a sandbox and fills it. */
export async function openScene<State, Actions extends SandboxActions>(
  subject: AdapterSubject<State, Actions>,
  entity: string,
  hand: EntityHand<RunningSandbox<State, Actions>>,
  options: SceneOptions,
): Promise<Scene> {
  const clock = checkClock()
  const wire = new Wire({
    listing: hand.listing,
    lens: toLens(hand.items),
    idOf: recordIdReader(hand),
    now: () => clock.now(),
  })
  // The sandbox's own limit goes by real time, which does not pass here.
  const sandbox = await startSandbox(throughWire(subject.sandbox(), wire), { rateLimit: null })
  const said: SaidLine[] = []
  const open: { close(): Promise<void> }[] = []

  async function app(given: AppOptions = {}): Promise<App> {
    const { adapter } = subject
    const { organizationId = 'org_1' } = given
    const time = given.clock ?? clock
    const integrations = createIntegrations({
      adapters: [overheard(adapter, said)],
      store: memoryStore({ clock: time }),
      vault: createVault({ keys: { check: 'c'.repeat(64) } }),
      clock: time,
      baseUrls: { [adapter.provider]: sandbox.url },
    })
    open.push(integrations)
    await integrations.connections.save(organizationId, adapter.provider, {
      credentials: given.credentials ?? subject.credentials,
      settings: subject.settings ?? {},
    })
    const integration = await integrations.get(organizationId, adapter.provider)
    return {
      integration,
      read: (read, setup) => readEntity(integration, entity, read, setup),
      attempt: (read, setup) => attemptRead(integration, entity, read, setup),
    }
  }

  let first: Promise<App> | undefined
  const own = (): Promise<App> => (first ??= app())

  fill(hand, sandbox, options.records ?? (hand.paging ? 2 * hand.paging.size + 1 : 5))
  // What was just added must not look like a change since the first read.
  subject.advance?.(sandbox, HOUR_MS)

  return {
    sandbox,
    wire,
    clock,
    said,
    ids: () => [...hand.ids(sandbox)],
    add: () => hand.add(sandbox),
    change: (id) => hand.change(sandbox, id),
    remove: (id) => hand.remove?.(sandbox, id),
    backdate: (id, ms) => hand.backdate?.(sandbox, id, ms),
    expected: (id) => hand.expected?.(sandbox, id),
    advance(ms) {
      clock.advance(ms)
      subject.advance?.(sandbox, ms)
    },
    revoke: () => subject.revoke?.(sandbox),
    otherCredentials: () => subject.otherCredentials?.(sandbox) ?? subject.credentials,
    app,
    read: async (read, setup) => (await own()).read(read, setup),
    attempt: async (read, setup) => (await own()).attempt(read, setup),
    async close() {
      await Promise.all(open.map((one) => one.close()))
      await sandbox.close()
    },
  }
}

function fill<Sandbox>(hand: EntityHand<Sandbox>, sandbox: Sandbox, count: number): void {
  let missing = count - hand.ids(sandbox).length
  for (; missing > 0; missing -= 1) hand.add(sandbox)
  if (missing === 0 || !hand.remove) return
  for (const id of hand.ids(sandbox).slice(missing)) hand.remove(sandbox, id)
}
