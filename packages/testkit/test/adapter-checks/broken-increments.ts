import type { Json, ReadOptions } from '@unioneyes/core'
import { hash } from 'node:crypto'
import { AcmeIntegration } from './acme-adapter.ts'
import { property } from './acme-requests.ts'
import type { AcmePlace } from './acme-adapter.ts'
import type { AcmeAnswer } from './acme-requests.ts'
import { broken, misdeclared } from './gallery.ts'

const toObject = (value: unknown): object => (typeof value === 'object' ? (value ?? {}) : {})

const isChanges = (url: string): boolean => url.includes('/changes')

/** Adapters that read changes wrongly, or remember wrongly. */
export const brokenIncrements = [
  broken(
    'changing',
    'takes the cursor from the end of the listing',
    class extends AcmeIntegration {
      override cursorOf(place: AcmePlace, last: boolean, answer: AcmeAnswer) {
        if (!last || isChanges(answer.url)) return super.cursorOf(place, last, answer)
        // Nobody has interrupted the listing: otherwise its beginning is known from the token.
        return this.resumed ? super.cursorOf(place, last, answer) : { since: this.timeOf(answer) }
      }
      resumed = false
      override fromToken(token: Json) {
        this.resumed = true
        return super.fromToken(token)
      }
    },
  ),
  broken(
    'changing-while-interrupted',
    'forgets in its page token when the listing began',
    class extends AcmeIntegration {
      override fromToken(token: Json) {
        return { ...super.fromToken(token), began: undefined }
      }
    },
  ),
  broken(
    'increment',
    'leaves a field out of what changed',
    class extends AcmeIntegration {
      override itemsOf(answer: AcmeAnswer) {
        const items = super.itemsOf(answer)
        return isChanges(answer.url) ? items.map((item) => ({ ...toObject(item), badge: null })) : items
      }
    },
  ),
  broken(
    'quiet-increment',
    'gives an empty cursor when nothing changed',
    class extends AcmeIntegration {
      override cursorOf(place: AcmePlace, last: boolean, answer: AcmeAnswer) {
        return isChanges(answer.url) && this.itemsOf(answer).length === 0 ? {} : super.cursorOf(place, last, answer)
      }
    },
  ),
  broken(
    'boundary',
    'begins a second after its cursor when it has read up to it',
    class extends AcmeIntegration {
      override itemsOf(answer: AcmeAnswer) {
        const items = super.itemsOf(answer)
        const since = new URL(answer.url).searchParams.get('since')
        if (since === null) return items
        const cursor = Date.parse(since) + 300_000
        return items.filter((item) => Date.parse(String(property(item, 'updated_at'))) !== cursor)
      }
    },
  ),
  broken(
    'late-arrival',
    'looks back not at all',
    class extends AcmeIntegration {
      override changesUrl(cursor: Json | undefined) {
        const since = new Date(this.sinceOf(cursor)).toISOString()
        return this.urlOf(`v2/people/changes?since=${encodeURIComponent(since)}`)
      }
    },
  ),
  broken(
    'wrong-clock',
    'goes by our clock',
    class extends AcmeIntegration {
      override timeOf() {
        return new Date(this.context.clock.now()).toISOString()
      }
    },
  ),
  broken(
    'foreign-cursor',
    'begins anywhere when it does not understand the cursor',
    class extends AcmeIntegration {
      override sinceOf(cursor: Json | undefined) {
        const time = Date.parse(String(property(cursor, 'since')))
        return Number.isNaN(time) ? 0 : time
      }
    },
  ),
  broken(
    'early-cursor',
    'gives the cursor with every page',
    class extends AcmeIntegration {
      override cursorOf(place: AcmePlace, _last: boolean, answer: AcmeAnswer) {
        return super.cursorOf(place, true, answer)
      }
    },
  ),
  broken(
    'deletion',
    'overlooks who is gone',
    class extends AcmeIntegration {
      override itemsOf(answer: AcmeAnswer) {
        return super.itemsOf(answer).filter((item) => property(item, 'gone') !== true)
      }
    },
  ),
  broken(
    'current',
    'keeps answers',
    class extends AcmeIntegration {
      readonly #kept = new Map<string, AcmeAnswer>()
      override async ask(url: string, signal: AbortSignal | undefined) {
        const answer = this.#kept.get(url) ?? (await super.ask(url, signal))
        if (!isChanges(url) && !url.endsWith('/me')) this.#kept.set(url, answer)
        return answer
      }
    },
  ),
  broken(
    'unchanged',
    'keeps when it read a row beside it',
    class extends AcmeIntegration {
      override keptOf(raw: unknown) {
        return { ...toObject(raw), read_at: this.context.clock.now() }
      }
    },
  ),
  broken(
    'fingerprint',
    'knows pages by the ids on them',
    class extends AcmeIntegration {
      override fingerprintOf(mapping: string, answer: AcmeAnswer) {
        return hash(
          'sha256',
          JSON.stringify([mapping, answer.url, this.itemsOf(answer).map((item) => this.idOf(item))]),
        )
      }
    },
  ),
  {
    ...broken(
      'undeclared-increment',
      'lists everything for an increment that it does not have',
      class extends AcmeIntegration {
        override async *readTeams(options: ReadOptions) {
          yield* super.readTeams({ ...options, type: 'full' })
        }
      },
    ),
    entity: 'teams' as const,
  },
  broken(
    'fetch',
    'passes over who is gone',
    class extends AcmeIntegration {
      override toDeleted() {
        return {}
      }
    },
  ),
  misdeclared('declarations', 'does not say where its limit comes from', {
    rateLimit: { requests: 10, per: 'second' },
  }),
]
