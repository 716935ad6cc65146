import { parseJsonText, toJsonText } from '@unioneyes/core'
import assert from 'node:assert/strict'
import type { SandboxDefinition, SandboxRequest, SandboxResponse } from '../sandbox/sandbox-definition.ts'
import type { SandboxActions } from '../sandbox/sandbox-definition.ts'
import type { ItemsLens, ListingMatch } from './adapter-subject.ts'

/** Which requests of a listing, counted from 1 with every attempt: one of them, or that one and all after it. */
export type Which = number | { readonly from: number }

/** A request for a page of the listing, as it passes. */
export interface Passing {
  readonly request: SandboxRequest
  /** Its number among the requests for pages, from 1. */
  readonly nth: number
  /** The headers that the sandbox gives every answer. */
  readonly headers: Readonly<Record<string, string>>
}

/** What was originally answered to a request for a page. */
export interface ShownPage {
  readonly items: readonly unknown[]
  readonly ids: readonly string[]
}

type Change = (answer: SandboxResponse, passing: Passing) => SandboxResponse

interface Rule {
  readonly which: Which
  readonly before?: ((passing: Passing) => void) | undefined
  /** Answers instead of the sandbox. */
  readonly instead?: ((passing: Passing) => SandboxResponse | Promise<SandboxResponse>) | undefined
  readonly change?: Change | undefined
  met: boolean
}

/** How the wire recognizes a listing and looks into its answers. */
export interface WireOptions {
  readonly listing: ListingMatch
  readonly lens: ItemsLens
  /** The id of an item's record. */
  readonly idOf: (item: unknown) => string
  readonly now: () => number
}

/**
 * What stands between the adapter and the sandbox's routes: sees every request that meets a route, and changes the answers
 * to requests for pages of one listing. The sandbox's own state stays as it is.
 */
export class Wire {
  readonly #options: WireOptions
  readonly #rules: Rule[] = []
  /** Every request that met a route, in order. */
  readonly requests: SandboxRequest[] = []
  /** When each of them came, on the adapter's clock. */
  readonly times: number[] = []
  /** What was originally answered to the requests for pages, in order; undefined where that was no page. */
  readonly shown: (ShownPage | undefined)[] = []
  #listings = 0

  constructor(options: WireOptions) {
    this.#options = options
  }

  /** How many pages of the listing were asked for. */
  get listings(): number {
    return this.#listings
  }

  /** Does something before a request is answered. */
  before(which: Which, before: (passing: Passing) => void): void {
    this.#rules.push({ which, before, met: false })
  }

  /** Answers something else, without asking the sandbox. */
  instead(which: Which, instead: (passing: Passing) => SandboxResponse | Promise<SandboxResponse>): void {
    this.#rules.push({ which, instead, met: false })
  }

  /** Changes what the sandbox answers. */
  change(which: Which, change: Change): void {
    this.#rules.push({ which, change, met: false })
  }

  /** Changes the JSON that the sandbox answers. */
  body(which: Which, change: (body: unknown) => unknown): void {
    this.change(which, (answer) => ({ ...answer, body: toJsonText(change(parseJsonText(textOf(answer)))) }))
  }

  /** Changes the items of a page. */
  items(which: Which, change: (items: readonly unknown[]) => readonly unknown[]): void {
    const { lens } = this.#options
    this.body(which, (body) => {
      const items = lens.get(body)
      assert.ok(items, 'The hand finds no items in an answer of the listing: correct `items` or `listing`.')
      return lens.set(body, change(items))
    })
  }

  /** Asserts that everything above had its occasion; otherwise the check has shown nothing. */
  assertMet(): void {
    assert.ok(
      this.#rules.every(({ met }) => met),
      `The adapter asked for ${this.#listings} page(s) of the listing, fewer than this check needs: correct the hand's \`listing\` and \`paging.size\`, or the settings that set the size of a page.`,
    )
  }

  /** Lets a request pass to its route and back. */
  async pass(
    request: SandboxRequest,
    headers: Readonly<Record<string, string>>,
    ask: () => SandboxResponse | Promise<SandboxResponse>,
  ): Promise<SandboxResponse> {
    this.requests.push(request)
    this.times.push(this.#options.now())
    if (!this.#isListing(request)) return ask()
    this.#listings += 1
    const passing: Passing = { request, nth: this.#listings, headers }
    const rules = this.#rules.filter(({ which }) => covers(which, passing.nth))
    for (const rule of rules) {
      rule.met = true
      rule.before?.(passing)
    }
    const instead = rules.findLast((rule) => rule.instead)?.instead
    if (instead) {
      this.shown.push(undefined)
      return instead(passing)
    }
    let answer = await ask()
    this.shown.push(this.#toShown(answer))
    for (const rule of rules) if (rule.change) answer = rule.change(answer, passing)
    return answer
  }

  /** The page that was originally answered to the nth request for one. */
  page(nth: number): ShownPage {
    const page = this.shown[nth - 1]
    assert.ok(page, `The sandbox answered no page to request ${nth} of the listing.`)
    return page
  }

  #isListing(request: SandboxRequest): boolean {
    const { listing } = this.#options
    if (typeof listing === 'function') return listing(request)
    return request.path === listing.path && (listing.method ?? request.method) === request.method
  }

  #toShown(answer: SandboxResponse): ShownPage | undefined {
    if ((answer.status ?? 200) !== 200) return undefined
    const items = this.#options.lens.get(parseJsonText(textOf(answer)))
    if (!items) return undefined
    return { items, ids: items.map(this.#options.idOf) }
  }
}

/** A definition whose routes are reached over a wire. */
export function throughWire<State, Actions extends SandboxActions>(
  definition: SandboxDefinition<State, Actions>,
  wire: Wire,
): SandboxDefinition<State, Actions> {
  return {
    ...definition,
    routes: definition.routes.map((route) => ({
      ...route,
      handle: (request, state) =>
        wire.pass(request, definition.headers?.(state) ?? {}, () => route.handle(request, state)),
    })),
  }
}

/** The body of an answer as text. */
export function textOf({ body = '' }: SandboxResponse): string {
  return typeof body === 'string' ? body : Buffer.concat(body).toString()
}

const covers = (which: Which, nth: number): boolean => (typeof which === 'number' ? nth === which : nth >= which.from)
