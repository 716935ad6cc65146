import { pages } from '@unioneyes/adapter-kit'
import type { Paginator } from '@unioneyes/adapter-kit'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { nextLink } from '../src/pages/link-pages.ts'
import { connected, idsOf, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest } from './test-server.ts'

/** A provider that cuts its items into pages of the given sizes, whatever they are. */
interface CutListing {
  readonly sizes: readonly number[]
  readonly items: readonly { readonly id: string }[]
}

const cuts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 8 }).map((sizes): CutListing => {
  const count = sizes.reduce((sum, size) => sum + size, 0)
  return { sizes, items: Array.from({ length: count }, (_, index) => ({ id: `t${String(index)}` })) }
})

const pageOf = ({ sizes, items }: CutListing, page: number): readonly { readonly id: string }[] => {
  const start = sizes.slice(0, page).reduce((sum, size) => sum + size, 0)
  return items.slice(start, start + (sizes[page] ?? 0))
}

/** How a provider shows one page of a cut listing, and the paginator that reads it. */
interface Scheme {
  readonly name: string
  readonly paginate: Paginator
  readonly reply: (request: SeenRequest, listing: CutListing, base: string) => Reply
}

const schemes: readonly Scheme[] = [
  {
    name: 'cursor',
    paginate: pages.cursor({ next: (body) => body.next, param: 'after' }),
    reply: ({ url }, listing) => {
      const page = Number(url.searchParams.get('after') ?? 0)
      const next = page + 1 < listing.sizes.length ? String(page + 1) : null
      return { json: { items: pageOf(listing, page), next } }
    },
  },
  {
    name: 'number with a stated number of pages',
    paginate: pages.number({ totalPages: (body) => body.pages }),
    reply: ({ url }, listing) => {
      const page = Number(url.searchParams.get('page'))
      return { json: { items: pageOf(listing, page - 1), pages: listing.sizes.length } }
    },
  },
  {
    name: 'link header',
    paginate: pages.link(),
    reply: ({ url }, listing, base) => {
      const page = Number(url.searchParams.get('p') ?? 0)
      const link = page + 1 < listing.sizes.length ? `<${base}things?p=${String(page + 1)}>; rel="next"` : undefined
      const first = `<${base}things>; rel="first"`
      return {
        json: { items: pageOf(listing, page) },
        headers: { link: link === undefined ? first : `${first}, ${link}` },
      }
    },
  },
  {
    name: 'next URL',
    paginate: pages.next((body) => body.links?.next),
    reply: ({ url }, listing) => {
      const page = Number(url.searchParams.get('p') ?? 0)
      const next = page + 1 < listing.sizes.length ? `/things?p=${String(page + 1)}` : ''
      return { json: { items: pageOf(listing, page), links: { next } } }
    },
  },
  {
    name: 'function',
    paginate: pages.custom(({ body, token }) => {
      const more = body.more
      return more === undefined ? undefined : { params: { p: Number(more), seen: JSON.stringify(token ?? null) } }
    }),
    reply: ({ url }, listing) => {
      const page = Number(url.searchParams.get('p') ?? 0)
      const more = page + 1 < listing.sizes.length ? page + 1 : undefined
      return { json: { items: pageOf(listing, page), more } }
    },
  },
]

describe('any sequence of page sizes yields every item exactly once, and is complete only at the end', () => {
  test.each(schemes)('$name', async ({ paginate, reply }) => {
    let listing: CutListing = { sizes: [0], items: [] }
    const server = await startServer((request) => reply(request, listing, server.url))
    onTestFinished(() => server.close())
    const integration = await connected(adapterOf(paginate), { baseUrl: server.url })
    await fc.assert(
      fc.asyncProperty(cuts, async (cut) => {
        listing = cut
        const read = await readAll(integration, 'things')
        expect(idsOf(read)).toEqual(cut.items.map(({ id }) => id))
        expect(read).toHaveLength(cut.sizes.length)
        expect(read.map((page) => page.complete === true)).toEqual(
          cut.sizes.map((_, page) => page + 1 === cut.sizes.length),
        )
        expect(read.map((page) => page.next === undefined)).toEqual(
          cut.sizes.map((_, page) => page + 1 === cut.sizes.length),
        )
      }),
      { numRuns: 25 },
    )
  })

  test('and a listing that is resumed at any page token goes on there', async () => {
    let listing: CutListing = { sizes: [0], items: [] }
    const [scheme] = schemes
    if (!scheme) throw new Error('no scheme')
    const server = await startServer((request) => scheme.reply(request, listing, server.url))
    onTestFinished(() => server.close())
    const integration = await connected(adapterOf(scheme.paginate), { baseUrl: server.url })
    await fc.assert(
      fc.asyncProperty(cuts, fc.nat({ max: 7 }), async (cut, at) => {
        listing = cut
        const whole = await readAll(integration, 'things')
        const from = whole[Math.min(at, whole.length - 1)]
        if (from?.next === undefined) return
        const rest = await readAll(integration, 'things', { pageToken: JSON.parse(JSON.stringify(from.next)) })
        expect([...idsOf(whole.slice(0, whole.indexOf(from) + 1)), ...idsOf(rest)]).toEqual(idsOf(whole))
        expect(rest.at(-1)?.complete).toBe(true)
        expect(rest.every((page) => page.restarted === undefined)).toBe(true)
      }),
      { numRuns: 25 },
    )
  })
})

/** A provider with offsets that never gives more than `cap` items, and may drop some from the middle. */
function offsetProvider(
  count: number,
  cap: number,
  total: number | undefined,
  hidden: ReadonlySet<number> = new Set(),
) {
  return ({ url }: SeenRequest): Reply => {
    const offset = Number(url.searchParams.get('offset'))
    const limit = Math.min(cap, Number(url.searchParams.get('limit')))
    const items = Array.from({ length: count }, (_, index) => ({ id: `t${String(index)}`, index }))
    return { json: { items: items.slice(offset, offset + limit).filter(({ index }) => !hidden.has(index)), total } }
  }
}

describe('offset', () => {
  const counts = fc.record({ count: fc.nat({ max: 25 }), cap: fc.integer({ min: 1, max: 10 }), stated: fc.boolean() })

  test('moving by what came leaves no gap, even where the provider caps the size', async () => {
    let provider = offsetProvider(0, 1, undefined)
    const server = await startServer((request) => provider(request))
    onTestFinished(() => server.close())
    const integration = await connected(adapterOf(pages.offset({ limit: 7 })), { baseUrl: server.url })
    await fc.assert(
      fc.asyncProperty(counts, async ({ count, cap, stated }) => {
        provider = offsetProvider(count, cap, stated ? count : undefined)
        const read = await readAll(integration, 'things')
        expect(idsOf(read)).toEqual(Array.from({ length: count }, (_, index) => `t${String(index)}`))
        expect(read.map((page) => page.complete === true)).toEqual(read.map((_, page) => page + 1 === read.length))
      }),
      { numRuns: 25 },
    )
  })

  test('moving by what was asked for reads past pages from which items were dropped', async () => {
    const hidden = new Set([0, 1, 2, 5, 6, 7])
    const server = await startServer(offsetProvider(10, 3, 10, hidden))
    onTestFinished(() => server.close())
    const integration = await connected(adapterOf(pages.offset({ limit: 3, advance: 'limit' })), {
      baseUrl: server.url,
    })
    const read = await readAll(integration, 'things')
    expect(idsOf(read)).toEqual(['t3', 't4', 't8', 't9'])
    expect(read.at(-1)?.complete).toBe(true)
  })

  test('more items than the stated total: only an empty page is the end', async () => {
    const server = await startServer(offsetProvider(8, 5, 3))
    onTestFinished(() => server.close())
    const integration = await connected(adapterOf(pages.offset({ limit: 5 })), { baseUrl: server.url })
    expect(idsOf(await readAll(integration, 'things'))).toHaveLength(8)
  })

  test('an empty page before the stated total ends the listing but proves nothing', async () => {
    const server = await startServer(offsetProvider(4, 5, 9))
    onTestFinished(() => server.close())
    const integration = await connected(adapterOf(pages.offset({ limit: 5 })), { baseUrl: server.url })
    const read = await readAll(integration, 'things')
    expect(idsOf(read)).toHaveLength(4)
    expect(read.at(-1)).toMatchObject({ complete: false, total: 9 })
  })
})

test('numbered pages without a stated number end at the first empty page, not at a short one', async () => {
  const sizes = [3, 1, 3]
  const server = await startServer(({ url }) => {
    const page = Number(url.searchParams.get('p'))
    return {
      json: { items: Array.from({ length: sizes[page] ?? 0 }, (_, i) => ({ id: `${String(page)}-${String(i)}` })) },
    }
  })
  onTestFinished(() => server.close())
  const paginate = pages.number({ param: 'p', first: 0, limit: { param: 'size', value: 3 } })
  const read = await readAll(await connected(adapterOf(paginate), { baseUrl: server.url }), 'things')
  expect(idsOf(read)).toHaveLength(7)
  expect(server.seen.map(({ target }) => target)).toEqual(
    [0, 1, 2, 3].map((page) => `/things?size=3&p=${String(page)}`),
  )
})

test('a single answer is complete', async () => {
  const server = await startServer(() => ({ json: { items: [{ id: 'a' }] } }))
  onTestFinished(() => server.close())
  const read = await readAll(await connected(adapterOf(pages.single()), { baseUrl: server.url }), 'things')
  expect(read).toHaveLength(1)
  expect(read[0]).toMatchObject({ complete: true })
})

test.each([
  ['<https://a.example/x?p=2>; rel="next"', 'https://a.example/x?p=2'],
  ['<https://a.example/x,y?a=1,2>; rel=next', 'https://a.example/x,y?a=1,2'],
  ['</p=1>; rel="prev", </p=3>; rel="NEXT last"', '/p=3'],
  ['</a>; title="rel=\\"next\\", <b>"; rel="prev"', undefined],
  ['</a>; title="a, b"; rel=prev,</b>;rel=next', '/b'],
  ['</a>; rel="nextish"', undefined],
  ['', undefined],
])('the next link of %s', (header, target) => {
  expect(nextLink(header)).toBe(target)
})

function adapterOf(paginate: Paginator) {
  const api = simpleApi()
  return simpleAdapter(api, {
    things: api.entity(thing).list({
      path: 'things',
      items: (body) => body.items,
      total: (body) => body.total,
      paginate,
      ...thingRows,
    }),
  })
}
