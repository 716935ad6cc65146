import type { Json, ReadOptions } from '@unioneyes/core'
import { AcmeIntegration } from './acme-adapter.ts'
import { property } from './acme-requests.ts'
import type { AcmePlace } from './acme-adapter.ts'
import type { AcmeAnswer } from './acme-requests.ts'
import { broken } from './gallery.ts'

const SIZE = 2

const pageOf = ({ url }: AcmeAnswer): 'first' | 'later' => (url.includes('after=') ? 'later' : 'first')

/** Adapters that page wrongly. */
export const brokenListings = [
  broken(
    'everything',
    'stops after five pages',
    class extends AcmeIntegration {
      #asked = 0
      override nextOf(answer: AcmeAnswer) {
        this.#asked = pageOf(answer) === 'first' ? 1 : this.#asked + 1
        return this.#asked === 5 && answer.url.includes('/people') ? undefined : super.nextOf(answer)
      }
    },
  ),
  broken(
    'true-records',
    'takes one field for another',
    class extends AcmeIntegration {
      override numberOf(raw: unknown, name: string, issues: string[]) {
        const badge = super.numberOf(raw, name, issues)
        return badge?.length === 4 ? property(raw, 'id')?.toString() : badge
      }
    },
  ),
  broken(
    'complete',
    'never says that it reached the end',
    class extends AcmeIntegration {
      override endOf(place: AcmePlace, last: boolean) {
        return last ? { total: place.total } : {}
      }
    },
  ),
  broken(
    'empty-listing',
    'takes a company without people for a mistake',
    class extends AcmeIntegration {
      override itemsOf(answer: AcmeAnswer) {
        const items = super.itemsOf(answer)
        if (property(answer.body, 'total') === 0) throw this.refusal('RESPONSE_INVALID', 'There must be somebody.')
        return items
      }
    },
  ),
  broken(
    'empty-first-page',
    'takes an empty first page for an empty listing',
    class extends AcmeIntegration {
      override nextOf(answer: AcmeAnswer) {
        return pageOf(answer) === 'first' && this.itemsOf(answer).length === 0 ? undefined : super.nextOf(answer)
      }
    },
  ),
  broken(
    'empty-middle-page',
    'takes an empty page for the end',
    class extends AcmeIntegration {
      override nextOf(answer: AcmeAnswer) {
        return pageOf(answer) === 'later' && this.itemsOf(answer).length === 0 ? undefined : super.nextOf(answer)
      }
    },
  ),
  broken(
    'short-page',
    'takes a short page for the end',
    class extends AcmeIntegration {
      override nextOf(answer: AcmeAnswer) {
        return this.itemsOf(answer).length === SIZE - 1 ? undefined : super.nextOf(answer)
      }
    },
  ),
  broken(
    'exact-multiple',
    'counts the pages, and one too few when the last one is full',
    class extends AcmeIntegration {
      override toRows(answer: AcmeAnswer) {
        const total = property(answer.body, 'total')
        const isFull = typeof total === 'number' && total % SIZE === 0
        return isFull && super.nextOf(answer) === undefined ? {} : super.toRows(answer)
      }
    },
  ),
  broken(
    'loop',
    'follows links for ever',
    class extends AcmeIntegration {
      override isLoop() {
        return false
      }
    },
  ),
  broken(
    'repeated-page',
    'compares the total with the number of rows, whoever they are of',
    class extends AcmeIntegration {
      #rows = 0
      override endOf(place: AcmePlace, last: boolean, answer: AcmeAnswer) {
        this.#rows = (pageOf(answer) === 'first' ? 0 : this.#rows) + this.itemsOf(answer).length
        const end = super.endOf(place, last, answer)
        return last && this.#rows >= (place.total ?? 0) ? { complete: true } : end
      }
    },
  ),
  broken(
    'overlapping-pages',
    'takes a person shown twice for a circle',
    class extends AcmeIntegration {
      #seen = new Set<string>()
      override toRows(answer: AcmeAnswer) {
        if (pageOf(answer) === 'first') this.#seen = new Set()
        const ids = this.itemsOf(answer).map((item) => this.idOf(item) ?? '')
        const again = ids.filter((id) => this.#seen.has(id)).length
        if (again === 1) throw this.refusal('RESPONSE_INVALID', 'The listing repeats itself.')
        for (const id of ids) this.#seen.add(id)
        return super.toRows(answer)
      }
    },
  ),
  broken(
    'shuffled-pages',
    'skips whoever does not come after the last one',
    class extends AcmeIntegration {
      #last = ''
      override itemsOf(answer: AcmeAnswer) {
        if (pageOf(answer) === 'first') this.#last = ''
        return super.itemsOf(answer).filter((item) => {
          const id = this.idOf(item) ?? ''
          const comes = id >= this.#last || !id.startsWith('p')
          this.#last = id
          return comes
        })
      }
    },
  ),
  broken(
    'missing-items',
    'passes on no total when every page was another',
    class extends AcmeIntegration {
      readonly #ids = new Set<string>()
      #rows = 0
      override endOf(place: AcmePlace, last: boolean, answer: AcmeAnswer) {
        for (const item of this.itemsOf(answer)) {
          this.#rows += 1
          this.#ids.add(this.idOf(item) ?? '')
        }
        return last && this.#ids.size === this.#rows ? { complete: true } : super.endOf(place, last, answer)
      }
    },
  ),
  broken(
    'vanishing',
    'takes a page that is no longer known for the end',
    class extends AcmeIntegration {
      override whenLost() {
        return { complete: true }
      }
    },
  ),
  broken(
    'appearing',
    'takes a total that grows for a mistake',
    class extends AcmeIntegration {
      override learned(place: AcmePlace, answer: AcmeAnswer) {
        const learned = super.learned(place, answer)
        if (place.total !== undefined && learned.total !== place.total) {
          throw this.refusal('RESPONSE_INVALID', 'The total changed.')
        }
        return learned
      }
    },
  ),
  broken(
    'resume',
    'keeps its place in memory',
    class extends AcmeIntegration {
      readonly #places = new Map<string, AcmePlace>()
      override toToken(place: AcmePlace): Json {
        if (place.url.includes('since=')) return super.toToken(place)
        this.#places.set(place.url.slice(-3), place)
        return { process: place.url.slice(-3) }
      }
      override fromToken(token: Json) {
        const process = property(token, 'process')
        if (typeof process !== 'string') return super.fromToken(token)
        return this.#places.get(process) ?? { url: this.peopleUrl().replace('/people', '/people?after=p1004') }
      }
    },
  ),
  broken(
    'resume-increment',
    'resumes changes one page too late',
    class extends AcmeIntegration {
      override fromToken(token: Json) {
        const place = super.fromToken(token)
        return { ...place, url: place.url.replace(/from=(\d+)/, (_all, from) => `from=${Number(from) + SIZE}`) }
      }
    },
  ),
  broken(
    'read-ahead',
    'gathers everything before it gives anything',
    class extends AcmeIntegration {
      override async *walk(beginning: string, options: ReadOptions) {
        const pages = await Array.fromAsync(super.walk(beginning, options))
        for (const page of pages) {
          this.stopIfCancelled(options.signal)
          yield page
        }
      }
    },
  ),
]
