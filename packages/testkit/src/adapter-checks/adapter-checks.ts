import { IntegrationError } from '@unioneyes/core'
import type { EntityInfo } from '@unioneyes/core'
import { citations } from '../sandbox/sandbox-definition.ts'
import type {
  SandboxActions,
  SandboxDefinition,
  SandboxRequest,
  SandboxResponse,
} from '../sandbox/sandbox-definition.ts'
import type { RunningSandbox } from '../sandbox/start-sandbox.ts'
import type { AdapterCheck, AdapterCheckBody, Facts, SkipContext, Stage } from './adapter-check.ts'
import type { AdapterSubject, EntityHand } from './adapter-subject.ts'
import { badAnswerChecks } from './bad-answers.ts'
import { cancellationChecks } from './cancellation.ts'
import { changingListingChecks } from './changing-listings.ts'
import { declarationChecks } from './declarations.ts'
import { fetchChecks } from './fetching.ts'
import { fieldDriftChecks } from './field-drift.ts'
import { hostChecks } from './hosts.ts'
import { incrementChecks } from './increments.ts'
import { memoryChecks } from './memory.ts'
import { pagingChecks } from './paging.ts'
import { resumingChecks } from './resuming.ts'
import { recordIdReader } from './place.ts'
import { openScene } from './scene.ts'
import type { Scene } from './scene.ts'
import { secretChecks } from './secrets.ts'
import { textsIn } from './secret-search.ts'
import { connectionChecks, signInChecks } from './sign-in.ts'
import { tenancyChecks } from './tenancy.ts'
import { throttlingChecks } from './throttling.ts'
import { valueChecks } from './values.ts'
import { webhookChecks } from './webhooks.ts'

const entityBodies: readonly AdapterCheckBody[] = [
  ...pagingChecks,
  ...changingListingChecks,
  ...incrementChecks,
  ...resumingChecks,
  ...fetchChecks,
  ...memoryChecks,
  ...fieldDriftChecks,
  ...valueChecks,
  ...badAnswerChecks,
  ...throttlingChecks,
  ...signInChecks,
  ...cancellationChecks,
  ...hostChecks,
  ...secretChecks,
  ...tenancyChecks,
]

// Run once, on the first entity that has a hand.
const adapterBodies: readonly AdapterCheckBody[] = [...declarationChecks, ...connectionChecks, ...webhookChecks]

type AnyHand<State, Actions extends SandboxActions> = EntityHand<RunningSandbox<State, Actions>>

/**
 * Everything that an adapter must do, as data that any test runner accepts: a check per hazard and entity, each on a sandbox
 * of its own. One that does not apply says why (`skip`).
 *
 * @throws IntegrationError CONFIG_INVALID when the subject has a hand for an entity that the adapter does not have, or none.
 * @example for (const check of adapterChecks(subject)) test(check.name, check.run)
 */
export function adapterChecks<State, Actions extends SandboxActions>(
  subject: AdapterSubject<State, Actions>,
): AdapterCheck[] {
  const { adapter, entities } = subject
  const hands = Object.entries(entities)
  const [first] = hands
  if (!first) throw invalid(subject, 'It has no hand for any entity: give one in `entities`.')
  for (const [entity] of hands) {
    if (!Object.hasOwn(adapter.entities, entity)) throw invalid(subject, `The adapter has no entity "${entity}".`)
  }
  const unchecked = Object.keys(adapter.entities).filter((entity) => !Object.hasOwn(entities, entity))
  const definition = subject.sandbox()
  return [
    ...adapterBodies.map((body) => toCheck(body, subject, definition, first, undefined)),
    ...hands.flatMap((hand) => entityBodies.map((body) => toCheck(body, subject, definition, hand, hand[0]))),
    ...unchecked.map(toUnchecked),
  ]
}

function toCheck<State, Actions extends SandboxActions>(
  body: AdapterCheckBody,
  subject: AdapterSubject<State, Actions>,
  definition: SandboxDefinition<State, Actions>,
  [entity, hand]: readonly [string, AnyHand<State, Actions>],
  shownEntity: string | undefined,
): AdapterCheck {
  const facts = factsOf(subject, definition, entity, hand)
  const skip = body.unless?.(facts)
  return {
    name: `${shownEntity ?? subject.adapter.provider}: ${body.name}`,
    hazard: body.hazard,
    entity: shownEntity,
    skip,
    remedy: body.remedy,
    async run(context) {
      if (skip !== undefined) {
        skipped(skip, context)
        return
      }
      const open: Scene[] = []
      const stage: Stage = {
        ...facts,
        citations: citations(definition),
        throttle: (retryAfter, request) => throttle(definition, retryAfter, request),
        refuse: (request) => refuse(definition, request),
        async open(options = {}) {
          const scene = await openScene(subject, entity, hand, options)
          open.push(scene)
          return scene
        },
      }
      try {
        await body.run(stage)
      } finally {
        await Promise.all(open.map((scene) => scene.close()))
      }
    },
  }
}

function toUnchecked(entity: string): AdapterCheck {
  const skip = 'the subject has no hand for this entity, so nothing of it is checked'
  return {
    name: `${entity}: the entity is checked at all`,
    hazard: 'unchecked',
    entity,
    skip,
    remedy: 'Add a hand for the entity to `entities` of the subject.',
    run: async (context) => skipped(skip, context),
  }
}

function skipped(reason: string, context: SkipContext | undefined): void {
  if (typeof context?.skip !== 'function') {
    throw new Error(
      `This check does not apply: ${reason}. This runner hands no context to its tests; write (check.skip ? test.skip : test)(check.name, check.run).`,
    )
  }
  context.skip(reason)
}

const noInfo: EntityInfo = { incremental: false, deletions: 'absence' }

function factsOf<State, Actions extends SandboxActions>(
  subject: AdapterSubject<State, Actions>,
  definition: SandboxDefinition<State, Actions>,
  entity: string,
  hand: AnyHand<State, Actions>,
): Facts {
  const { adapter, credentials, wrongCredentials } = subject
  const { paging, fields = {} } = hand
  return {
    adapter,
    entity,
    info: adapter.entities[entity] ?? noInfo,
    paging: paging && { end: 'signal', total: false, ordered: false, ...paging },
    nextLink: paging?.nextLink,
    fields,
    severalPages: hand.severalPages ?? paging !== undefined,
    formedIds: hand.formedIds ?? false,
    place: hand.id,
    idOf: recordIdReader(hand),
    can: {
      advance: subject.advance !== undefined,
      revoke: subject.revoke !== undefined,
      remove: hand.remove !== undefined,
      backdate: hand.backdate !== undefined,
      expect: hand.expected !== undefined,
    },
    webhooks: subject.webhooks,
    credentials,
    wrongCredentials,
    secrets: textsIn(credentials),
    retryAfter: saysHowLong(definition),
  }
}

const probe: SandboxRequest = {
  method: 'GET',
  path: '/',
  query: new URLSearchParams(),
  headers: {},
  params: {},
  body: new Uint8Array(),
  origin: 'http://localhost',
}

function saysHowLong<State, Actions extends SandboxActions>(definition: SandboxDefinition<State, Actions>): boolean {
  const { headers = {} } = throttle(definition, '7', probe)
  return Object.entries(headers).some(([name, value]) => name.toLowerCase() === 'retry-after' && value === '7')
}

function throttle<State, Actions extends SandboxActions>(
  definition: SandboxDefinition<State, Actions>,
  retryAfter: string | undefined,
  request: SandboxRequest,
): SandboxResponse {
  const headers: Readonly<Record<string, string>> = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
  return definition.dialect?.throttled?.(retryAfter, request) ?? { status: 429, headers }
}

function refuse<State, Actions extends SandboxActions>(
  definition: SandboxDefinition<State, Actions>,
  request: SandboxRequest,
): SandboxResponse {
  const unsigned: SandboxRequest = { ...request, headers: {}, query: new URLSearchParams() }
  return definition.authenticate?.(unsigned, definition.createState()) ?? { status: 401 }
}

function invalid(subject: { readonly adapter: { readonly provider: string } }, message: string): IntegrationError {
  const { provider } = subject.adapter
  return new IntegrationError('CONFIG_INVALID', `The subject of ${provider} cannot be checked: ${message}`, {
    provider,
  })
}
