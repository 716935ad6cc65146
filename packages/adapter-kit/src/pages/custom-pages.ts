import type { Query } from '../http/request-options.ts'
import type { PageAnswer, Paginator } from './paginator.ts'

/**
 * Decides from an answer where the next page is: parameters to add to the request (a `Query` of plain values), a URL, or
 * undefined for the end. The token of a page, `answer.token`, is what this returned for it.
 */
export type NextPage = (answer: PageAnswer) => NextPagePosition | undefined

/** What a {@link NextPage} function returns. */
export type NextPagePosition =
  { readonly params: Readonly<Record<string, string | number | boolean>> } | { readonly url: string }

/** Pages found by a function, where no other way fits. */
export function customPages(nextPage: NextPage): Paginator {
  return {
    position: (token) => {
      if (typeof token !== 'object' || token === null) return {}
      if ('url' in token && typeof token.url === 'string') return { url: token.url }
      return 'params' in token ? { params: toQuery(token.params) } : {}
    },
    step: (answer) => {
      const next = nextPage(answer)
      if (next === undefined) return { complete: true }
      return { next: 'url' in next ? { url: new URL(next.url, answer.url).href } : { params: next.params } }
    },
  }
}

function toQuery(params: unknown): Query {
  const query: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(params ?? {})) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') query[name] = value
  }
  return query
}
