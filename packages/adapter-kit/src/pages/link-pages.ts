import type { Paginator } from './paginator.ts'

/** Pages that name the next one in a `Link: <url>; rel="next"` header (RFC 8288). No such link is the end. */
export function linkPages(): Paginator {
  return {
    position: (token) => (typeof token === 'string' ? { url: token } : {}),
    step: ({ headers, url }) => {
      const next = nextLink(headers.get('link') ?? '')
      return next === undefined ? { complete: true } : { next: new URL(next, url).href }
    },
  }
}

// <target> followed by parameters; a comma inside either does not end the link.
const LINK = /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g
const REL = /;\s*rel\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))/i

/** The target of the first link whose relations include `next`. */
export function nextLink(header: string): string | undefined {
  for (const [, target, params = ''] of header.matchAll(LINK)) {
    const rel = REL.exec(params)
    const relations = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/)
    if (target !== undefined && relations.includes('next')) return target
  }
  return undefined
}
