import type { WireBody } from '../wire-body.ts'
import type { Paginator } from './paginator.ts'

/** Pages whose body holds the URL of the next one. Null, undefined or empty text is the end. */
export function nextUrlPages(next: (body: WireBody) => unknown): Paginator {
  return {
    position: (token) => (typeof token === 'string' ? { url: token } : {}),
    step: ({ body, url }) => {
      const found = next(body)
      if (found === null || found === undefined || found === '') return { complete: true }
      if (typeof found === 'string') return { next: new URL(found, url).href }
      throw new TypeError('the next URL is not text')
    },
  }
}
