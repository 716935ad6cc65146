import { readLimit } from './method.ts'
import type { Call, Method } from './method.ts'
import { SlackError } from './slack-error.ts'
import type { Wire } from './timestamps.ts'

/** The methods about files. */
export const fileMethods: readonly Method[] = [
  {
    name: 'files.list',
    cites: [
      'openapi GET /files.list',
      'sheet: Entities, Pagination (recorded: an empty first page of six)',
      'reference docs.slack.dev/methods/files.list.json',
    ],
    perMinute: 50,
    scopes: ['files:read'],
    run: list,
  },
  {
    name: 'files.info',
    cites: ['openapi GET /files.info', 'sheet: Deletion signals, Traps', 'fixtures api/files.info.json'],
    perMinute: 100,
    scopes: ['files:read'],
    run: info,
  },
]

function list(call: Call): Wire {
  const { cabinet, people, conversations } = call.workspace()
  call.needs('files:read')
  const { args } = call
  const count = readLimit(args.get('count'), 100, 1000)
  const page = readLimit(args.get('page'), 1, Number.MAX_SAFE_INTEGER)
  const [from, to] = [seconds(args.get('ts_from'), 0), seconds(args.get('ts_to'), Number.POSITIVE_INFINITY)]
  const isOfType = readTypes(args.get('types'))
  const user = args.get('user')
  if (user !== null && people.find(user) === undefined && people.findStranger(user) === undefined) {
    throw new SlackError('user_not_found')
  }
  const channel = args.get('channel')
  const within = channel === null ? undefined : conversations.find(channel)
  const found = cabinet
    .order()
    .filter(
      ({ n, created }) =>
        created >= from &&
        created <= to &&
        cabinet.isVisible(n) &&
        (user === null || cabinet.userOf(n) === user) &&
        (channel === null || (within !== undefined && cabinet.sharedIn(n).includes(within))) &&
        (isOfType === undefined || isOfType(cabinet.showWhole(n))),
    )
  const full = Math.ceil(found.length / count)
  const late = call.slack.options.emptyFirstFilePage === true && full > 0 ? 1 : 0
  const at = (page - 1 - late) * count
  return {
    ok: true,
    files: at < 0 ? [] : found.slice(at, at + count).map(({ n }) => cabinet.show(n)),
    paging: { count, total: found.length, page, pages: full + late },
  }
}

function info(call: Call): Wire {
  call.needs('files:read')
  const id = call.args.get('file') ?? ''
  const { grant, slack } = call
  for (const { cabinet } of grant.workspace ? [grant.workspace] : slack.workspaces.filter((one) => one.enterprise)) {
    const n = cabinet.find(id)
    if (n === undefined) continue
    if (cabinet.isDeleted(n)) throw new SlackError('file_deleted')
    if (!cabinet.isVisible(n)) break
    return { ok: true, file: cabinet.showWhole(n), comments: [], response_metadata: { next_cursor: '' } }
  }
  throw new SlackError('file_not_found')
}

function seconds(text: string | null, otherwise: number): number {
  const value = Number(text)
  return text === null || text === '' || Number.isNaN(value) ? otherwise : value
}

const TYPES: Readonly<Record<string, (file: Wire) => boolean>> = {
  spaces: ({ mode }) => mode === 'space',
  snippets: ({ mode }) => mode === 'snippet',
  images: ({ mimetype }) => String(mimetype).startsWith('image/'),
  gdocs: ({ external_type }) => external_type === 'gdrive',
  zips: ({ filetype }) => filetype === 'zip',
  pdfs: ({ filetype }) => filetype === 'pdf',
}

function readTypes(text: string | null): ((file: Wire) => boolean) | undefined {
  const names = (text ?? 'all').split(',')
  if (names.includes('all')) return undefined
  const tests = names.map((name) => {
    const test = TYPES[name]
    if (!test) throw new SlackError('unknown_type')
    return test
  })
  return (file) => tests.some((test) => test(file))
}
