import { isTrue, readLimit } from './method.ts'
import type { Call, Method } from './method.ts'
import type { UserView } from './people.ts'
import { SlackError } from './slack-error.ts'
import type { Wire } from './timestamps.ts'

/** The methods about people. */
export const userMethods: readonly Method[] = [
  {
    name: 'users.list',
    cites: [
      'openapi GET /users.list',
      'sheet: Entities, Pagination, Traps',
      'fixtures api/users.list.json',
      'reference docs.slack.dev/methods/users.list.json',
    ],
    perMinute: 20,
    scopes: ['users:read'],
    run: list,
  },
  {
    name: 'users.info',
    cites: ['openapi GET /users.info', 'sheet: Traps', 'fixtures api/users.info.json'],
    perMinute: 100,
    scopes: ['users:read'],
    run: info,
  },
]

function list(call: Call): Wire {
  const { people } = call.workspace()
  call.needs('users:read')
  const asked = call.args.get('limit')
  if ((asked === null || asked === '' || asked === '0') && call.slack.options.limitRequired === true) {
    throw new SlackError('limit_required')
  }
  const limit = asked === '0' ? people.count() : readLimit(asked, people.count(), Math.max(1000, people.count()))
  const page = call.slack.cursors.page(
    call.args.get('cursor'),
    'user',
    limit,
    (next) => numbers(next === undefined ? 0 : (people.find(next) ?? 0), people.count()),
    (n) => people.idOf(n),
  )
  const view = viewOf(call)
  return {
    ok: true,
    members: page.items.map((n) => people.show(n, view)),
    cache_ts: Math.floor(call.slack.now() / 1000),
    ...page.metadata,
  }
}

function info(call: Call): Wire {
  call.needs('users:read')
  const id = call.args.get('user') ?? ''
  const { grant, slack } = call
  for (const { people } of grant.workspace ? [grant.workspace] : slack.workspaces.filter((one) => one.enterprise)) {
    const n = people.find(id)
    if (n !== undefined) return { ok: true, user: people.show(n, viewOf(call)) }
    // Sheet: Traps. They are in no listing.
    const stranger = people.findStranger(id)
    if (stranger !== undefined) return { ok: true, user: people.showStranger(stranger) }
  }
  throw new SlackError('user_not_found')
}

// Sheet: Auth. The address is a scope of its own.
function viewOf({ grant, args }: Call): UserView {
  return { email: grant.scopes.includes('users:read.email'), locale: isTrue(args.get('include_locale')) }
}

function* numbers(from: number, to: number): Generator<number> {
  for (let n = from; n < to; n += 1) yield n
}
