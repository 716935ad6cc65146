// Usage: generate.ts [--check]
//
// Writes what is derived: the package table of the README, the tables of each adapter's README, the mutants of the laws, and
// the list of bad inputs. With --check nothing is written, and anything stale fails.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { IntegrationRegistry } from '@unioneyes/core'
import type { AnyAdapter, RateLimit } from '@unioneyes/core'
import { telemetryTable } from './telemetry-table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const check = process.argv.includes('--check')
const stale: string[] = []

/** What the strongest evidence of an entity is, in words. */
const EVIDENCE = {
  sandbox: 'its sandbox',
  specification: 'the vendor’s specification',
  recorded: 'recorded answers',
  live: 'the provider itself',
} as const

await put('README.md', 'packages', packagesTable())
for (const adapter of await registeredAdapters())
  await put(`packages/adapter-${adapter.provider}/README.md`, 'adapter', adapterTables(adapter))
await put('docs/adapters.md', 'adapters', adaptersTable(await registeredAdapters()))
await put('docs/observability.md', 'telemetry', telemetryTable())
await put('docs/laws.md', 'mutants', mutantsTable())
await write('test/bad-input.md', badInputs())

if (stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run: node scripts/with-toolchain.mjs scripts/generate.ts`)
  process.exitCode = 1
} else {
  console.log(check ? 'Everything that is generated is up to date.' : 'Generated.')
}

/** The adapters of every package that has a register module. */
async function registeredAdapters(): Promise<readonly AnyAdapter[]> {
  for (const folder of readdirSync(join(root, 'packages'))) {
    const file = join(root, 'packages', folder, 'src/register.ts')
    if (existsSync(file)) await import(pathToFileURL(file).href)
  }
  return IntegrationRegistry.getInstance().adapters()
}

function packagesTable(): string {
  const rows = readdirSync(join(root, 'packages')).map((folder) => {
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
    const { name, description } = manifest as { name: string; description: string }
    return [`[${name}](packages/${folder})`, description]
  })
  return table(['package', 'what it is'], rows)
}

function adapterTables(adapter: AnyAdapter): string {
  const deletions = {
    feed: 'told by the feed, and by absence',
    soft: 'told by the rows, and by absence',
    absence: 'by absence',
  }
  const entities = Object.entries(adapter.entities).map(
    ([name, { incremental, deletions: how, fetchable, ...more }]) => [
      name,
      incremental ? 'yes' : 'no: read whole each time',
      `${deletions[how]} from a complete full sync`,
      adapter.webhooks && fetchable === true ? 'yes, record by record' : 'no',
      EVIDENCE[more.evidence ?? 'sandbox'],
      more.note ?? '',
    ],
  )
  const variables = Object.entries(adapter.env ?? {}).map(([name, variable]) => [`\`${variable}\``, name])
  return [
    table(['entity', 'incremental', 'deletions', 'webhooks', 'proven against', 'to know'], entities),
    ...scopesNeeded(adapter),
    `Signs in with: ${signIn(adapter)}.`,
    limitsKept(limitsOf(adapter)),
    table(['environment variable', 'holds'], variables),
  ].join('\n\n')
}

/** The least scopes of each entity; nothing where none is named. */
function scopesNeeded({ entities }: AnyAdapter): string[] {
  const named = Object.entries(entities).flatMap(([name, { scopes = [] }]) =>
    scopes.length === 0 ? [] : [{ name, scopes: scopes.map(code).join(', ') }],
  )
  const [first] = named
  if (!first) return []
  if (named.every(({ scopes }) => scopes === first.scopes)) return [`Scopes needed: ${first.scopes}.`]
  return [`Scopes needed:\n\n${named.map(({ name, scopes }) => `- ${name}: ${scopes}`).join('\n')}`]
}

function limitsOf({ rateLimit, rateLimits }: LimitFacts): readonly RateLimit[] {
  return rateLimits ?? (rateLimit ? [rateLimit] : [])
}

type LimitFacts = Pick<AnyAdapter, 'rateLimit' | 'rateLimits'>

/** One line to a limit. */
function limitsKept(limits: readonly RateLimit[]): string {
  const lines = limits.map(({ requests, per, each, source }) => {
    const paths = each ? ` for each of ${each.map(code).join(', ')}` : ''
    return `${requests} ${requests === 1 ? 'request' : 'requests'} a ${per}${paths}. ${(source ?? 'No source is named').replace(/\.$/, '')}.`
  })
  if (lines.length === 0) return 'No limit is declared.'
  return lines.length === 1
    ? `Limit kept: ${lines[0]}`
    : `Limits kept:\n\n${lines.map((line) => `- ${line}`).join('\n')}`
}

/** The limits in the fewest words. */
function limitsInShort(limits: readonly RateLimit[]): string {
  return limits
    .map(({ requests, per, each }) => `${requests} a ${per}${each ? ` for each of ${each.length} paths` : ''}`)
    .join(', ')
}

function signIn({ signIn: ways = [], oauth }: AdapterFacts): string {
  const { clientId, clientSecret } = oauth?.clientEnv ?? {}
  const client =
    clientId === undefined ? '' : ` (client: ${code(clientId)}${clientSecret ? `, ${code(clientSecret)}` : ''})`
  return ways.map((way) => (way === 'OAuth2' ? way + client : way)).join(', or ')
}

type AdapterFacts = Pick<AnyAdapter, 'signIn' | 'oauth'>

function code(text: string): string {
  return `\`${text}\``
}

/** One row to an adapter. */
function adaptersTable(adapters: readonly AnyAdapter[]): string {
  const strength = Object.keys(EVIDENCE) as (keyof typeof EVIDENCE)[]
  const rows = adapters.map((adapter) => {
    const entities = Object.entries(adapter.entities)
    const least = Math.min(...entities.map(([, { evidence = 'sandbox' }]) => strength.indexOf(evidence)))
    return [
      `[${adapter.name}](../packages/adapter-${adapter.provider})`,
      adapter.type,
      entities.map(([name, { incremental }]) => (incremental ? name : `${name} (whole)`)).join(', '),
      adapter.webhooks ? 'yes' : 'no',
      adapter.signIn?.join(', ') ?? '',
      limitsInShort(limitsOf(adapter)),
      EVIDENCE[strength[least] ?? 'sandbox'],
    ]
  })
  return table(
    ['provider', 'type', 'entities', 'webhooks', 'signs in with', 'limit kept', 'all of it proven against'],
    rows,
  )
}

/** Patches named `NN-what-is-broken.patch`, by law. */
function mutantsTable(): string {
  const patches = readdirSync(join(root, 'test/mutants')).filter((file) => /^\d\d-.+\.patch$/.test(file))
  const byLaw = Object.entries(Object.groupBy(patches.sort(), (file) => file.slice(0, 2)))
  const inWords = (file: string): string => file.slice(3, -'.patch'.length).replaceAll('-', ' ')
  const rows = byLaw.sort().map(([law, files = []]) => [String(Number(law)), files.map(inWords).join('; ')])
  return table(['law', 'what is broken on purpose'], rows)
}

/** Tests named `bad input: <what> → <outcome>; kept: <what>` are the list. */
function badInputs(): string {
  const folder = join(root, 'test/bad-input')
  const rows = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      const titles = [...text.matchAll(/['"`]bad input: (.+?) → (.+?); kept: (.+?)['"`],?\s/g)]
      if (titles.length !== text.split(/['"`]bad input: /).length - 1)
        throw new Error(
          `A title in test/bad-input/${file} does not read "bad input: <what> → <outcome>; kept: <what>".`,
        )
      return titles.map(([, what = '', outcome = '', kept = '']) => [
        what,
        outcome,
        kept,
        `[${file}](bad-input/${file})`,
      ])
    })
    .map((row) => row.map((cell) => cell.replaceAll('\\', '').replaceAll('|', '\\|')))
  const head =
    '# Bad input\n\nGenerated from the titles of the tests in `test/bad-input`: what was tried, what came of it, and what was kept.'
  return `${head}\n\n${table(['bad input', 'outcome', 'kept', 'test'], rows)}\n`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

async function put(file: string, mark: string, text: string): Promise<void> {
  const [start, end] = [`<!-- ${mark}:start -->`, `<!-- ${mark}:end -->`]
  const old = readFileSync(join(root, file), 'utf8')
  const [from, to] = [old.indexOf(start), old.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${file} lacks the marks ${start} and ${end}.`)
  await write(file, `${old.slice(0, from + start.length)}\n\n${text}\n\n${old.slice(to)}`)
}

async function write(file: string, written: string): Promise<void> {
  const path = join(root, file)
  const text = await format(written, { ...(await resolveConfig(path)), filepath: path })
  let old = ''
  try {
    old = readFileSync(path, 'utf8')
  } catch {
    // Not there yet is only one way of being stale.
  }
  if (old === text) return
  if (check) stale.push(file)
  else writeFileSync(path, text)
}
