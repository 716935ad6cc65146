// Usage: node scripts/pack-smoke.ts
//
// What a user gets: builds and packs every package, installs the tarballs into an empty folder outside the workspace, runs
// the README's first example there as JavaScript, compiles it as strict TypeScript, and imports every export.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly packageManager?: string
  readonly exports?: Readonly<Record<string, string | { readonly types: string }>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (path: string) => join(root, 'node_modules', path)
const scratch = mkdtempSync(join(tmpdir(), 'pack-smoke-'))
const tarballs = join(scratch, 'tarballs')
const consumer = join(scratch, 'consumer')

try {
  main()
  rmSync(scratch, { recursive: true })
  console.log('The packed packages work in an empty folder.')
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`)
  if (existsSync(consumer)) console.error(`\nThe folder is left for a look: ${consumer}`)
  else rmSync(scratch, { recursive: true })
  process.exitCode = 1
}

function main(): void {
  const example = firstExample()
  const { packageManager } = readManifest(root)
  if (!packageManager) throw new Error('package.json must name the packageManager.')
  const manifests = globSync('packages/*/package.json', { cwd: root }).map((file) =>
    readManifest(join(root, file, '..')),
  )

  step('Building')
  run('npx', ['--yes', packageManager, 'run', 'build'], root)
  step('Packing')
  run('npx', ['--yes', packageManager, '--filter', './packages/*', 'pack', '--pack-destination', tarballs], root)
  const files = globSync('*.tgz', { cwd: tarballs }).map((file) => join(tarballs, file))
  if (files.length !== manifests.length) throw new Error(`${manifests.length} packages, but ${files.length} tarballs.`)

  step('Linting the tarballs (publint, attw)')
  for (const file of files) {
    run(process.execPath, [bin('publint/src/cli.js'), 'run', file, '--strict'], root)
    const options = ['--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii', '--no-color']
    run(process.execPath, [bin('@arethetypeswrong/cli/dist/index.js'), file, ...options], root)
  }

  step('Installing into an empty folder')
  mkdirSync(consumer)
  run('npm', ['init', '--yes'], consumer)
  install([...files, `@types/node@${readManifest(bin('@types/node')).version}`])
  for (const { name } of manifests) checkContents(name)

  step("Running the README's first example")
  write('first-example.mjs', example)
  console.log(run(process.execPath, ['first-example.mjs'], consumer))

  const entries = manifests.flatMap((manifest) => entriesOf(manifest))
  const ready = entries.filter(({ needs }) => needs.length === 0).map(({ specifier }) => specifier)
  step(`Importing ${ready.length} entries`)
  importAll(ready)

  step('Compiling the example and every entry: strict, skipLibCheck false, nodenext and bundler')
  write('first-example.mts', example)
  write('entries.mts', ready.map((specifier, index) => `export * as entry${index} from '${specifier}'`).join('\n'))
  compile({ module: 'nodenext', skipLibCheck: false, lib: ['ES2023'] })
  compile({
    module: 'esnext',
    moduleResolution: 'bundler',
    skipLibCheck: false,
    lib: ['ES2023', 'DOM', 'DOM.Iterable'],
  })

  const optional = entries.filter(({ needs }) => needs.length > 0)
  if (optional.length === 0) return
  step(`With their optional peers: ${optional.map(({ specifier }) => specifier).join(', ')}`)
  install(optional.flatMap(({ needs }) => needs))
  importAll(optional.map(({ specifier }) => specifier))
  write(
    'entries.mts',
    optional.map(({ specifier }, index) => `export * as entry${index} from '${specifier}'`).join('\n'),
  )
  // The peers' own declarations are not ours to check.
  compile({ module: 'nodenext', skipLibCheck: true, lib: ['ES2023'] })
}

function firstExample(): string {
  const readme = existsSync(join(root, 'README.md')) ? readFileSync(join(root, 'README.md'), 'utf8') : ''
  const block = /<!-- first-example -->\s*```(?:js|ts|javascript|typescript)\b[^\n]*\n(.*?)\n```/s.exec(readme)?.[1]
  if (!block)
    throw new Error('README.md has no first example: put <!-- first-example --> before its js or ts code block.')
  return block
}

/** The entries of a package, and what must be installed beside the package before each can be loaded. */
function entriesOf({ name, exports = {}, peerDependencies = {}, peerDependenciesMeta = {} }: Manifest) {
  const optional = Object.entries(peerDependencies).filter(
    ([peer]) => peerDependenciesMeta[peer]?.optional === true && !peer.startsWith('@unioneyes/'),
  )
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === 'string') return []
    const types = readFileSync(join(consumer, 'node_modules', name, target.types), 'utf8')
    const needs = optional.filter(([peer]) => types.includes(`'${peer}`)).map(([peer, range]) => `${peer}@${range}`)
    return [{ specifier: entry === '.' ? name : `${name}${entry.slice(1)}`, needs }]
  })
}

/** A tarball has its README and license, and nothing that only makes sense inside the workspace. */
function checkContents(name: string): void {
  const folder = join(consumer, 'node_modules', name)
  for (const file of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts']) {
    if (!existsSync(join(folder, file))) throw new Error(`The tarball of ${name} lacks ${file}.`)
  }
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8')
  for (const leftover of ['@unioneyes/source', 'workspace:', 'catalog:', './src/']) {
    if (manifest.includes(leftover)) throw new Error(`package.json in the tarball of ${name} contains "${leftover}".`)
  }
}

function importAll(specifiers: readonly string[]): void {
  write('entries.mjs', specifiers.map((specifier) => `await import('${specifier}')`).join('\n'))
  run(process.execPath, ['entries.mjs'], consumer)
}

function compile(options: Readonly<Record<string, unknown>>): void {
  const compilerOptions = { target: 'es2023', strict: true, noEmit: true, types: ['node'], ...options }
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.mts'] }))
  run(process.execPath, [bin('typescript/bin/tsc'), '-p', '.'], consumer)
}

function install(what: readonly string[]): void {
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...what], consumer)
}

function write(file: string, text: string): void {
  writeFileSync(join(consumer, file), `${text}\n`)
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

function step(title: string): void {
  console.log(`${title}…`)
}

/** Runs a command to its end and returns what it printed; its whole output is in the error when it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, DO_NOT_TRACK: '1' },
    // npm and npx are scripts on Windows, which only its shell can start.
    shell: process.platform === 'win32' && command.startsWith('np'),
  })
  if (status === 0) return stdout
  throw new Error(
    `${command} ${args.join(' ')} failed (${error?.message ?? `exit code ${status}`}):\n${stdout}${stderr}`,
  )
}
