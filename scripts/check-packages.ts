// Usage: node scripts/check-packages.ts
//
// Checks what a compiler does not: who may import whom (the layers), and that every package has the same shape.
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

interface Manifest {
  readonly name?: string
  readonly private?: boolean
  readonly description?: string
  readonly license?: string
  readonly type?: string
  readonly files?: readonly string[]
  readonly sideEffects?: boolean | readonly string[]
  readonly engines?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

interface Import {
  /** Path of the importing file in its package. */
  readonly file: string
  readonly specifier: string
}

interface Package {
  /** Path of the package in the repository. */
  readonly path: string
  readonly folder: string
  readonly manifest: Manifest
  readonly source: readonly Import[]
  readonly tests: readonly Import[]
}

const scope = '@unioneyes/'

/**
 * What the source of each package may import of ours; the first line that fits the folder's name counts. Imports go down
 * only: adapters know neither each other nor the engine nor the stores, and all of these meet in core's ports.
 */
const layers: readonly (readonly [folder: RegExp, allowed: readonly string[]])[] = [
  [/^(core|models)$/, []],
  [/^(adapter-kit|sync-engine|webhooks|testkit|store-.+|queue-.+)$/, ['core']],
  [/^http$/, ['core', 'sync-engine', 'webhooks']],
  [/^adapter-.+$/, ['core', 'adapter-kit', 'models']],
]

/** The one place where an adapter may import the testkit. */
const sandboxFile = /^src\/sandbox[^/]*(\.ts$|\/)/

/** An app must have one copy of these, so they are peers wherever they are used. */
const peers = ['core', 'testkit']

/** Settings live at the root, once. */
const ownSettings =
  /^(tsconfig.*\.json|turbo\.json|\.(eslint|prettier)rc.*|(eslint|prettier|vitest|vite|tsup|knip)\.(config|workspace)\..+)$/

/** Everything that is wrong with the packages of a repository, a line each. */
export function checkPackages(root: string): string[] {
  const top: Package = {
    path: '.',
    folder: '.',
    manifest: readManifest(root),
    source: importsOf(root, ['scripts/**/*.ts', '*.config.ts']),
    tests: importsOf(root, ['test/**/*.ts']),
  }
  const published = foldersOf(root, 'packages').map((path) => readPackage(root, path))
  const apps = [...foldersOf(root, 'examples'), ...foldersOf(root, '.').filter((path) => path === 'bench')].map(
    (path) => readPackage(root, path),
  )
  return [
    ...published.flatMap((item) => [
      ...checkShape(root, item),
      ...checkDependencies(item),
      ...checkLayers(item),
      ...checkDeclared(item, top.manifest),
      ...checkUsed(item),
    ]),
    ...apps.flatMap((item) => [
      ...(item.manifest.private === true ? [] : [`${item.path}/package.json: must be "private": true`]),
      ...checkDeclared(item, {}),
      ...checkUsed(item),
    ]),
    ...checkDeclared(top, {}),
    ...[top, ...published, ...apps].flatMap((item) => [...checkBorders(root, item), ...checkSettings(root, item)]),
    ...checkComments(root),
    ...checkChangesets(root, published),
  ]
}

function checkLayers({ path, folder, source, tests }: Package): string[] {
  const allowed = layers.find(([pattern]) => pattern.test(folder))?.[1]
  if (!allowed) return [`${path}: no layer says what it may import; add it to \`layers\` in scripts/check-packages.ts`]

  const wrong = source.filter(({ file, specifier }) => {
    const other = ownFolder(specifier)
    if (other === undefined || allowed.includes(other)) return false
    return !(isAdapter(folder) && other === 'testkit' && sandboxFile.test(file))
  })
  const wrongInTests = tests.filter(({ specifier }) => {
    const other = ownFolder(specifier)
    if (other === undefined || other === folder) return false
    return isAdapter(folder) && isAdapter(other)
  })
  const may = allowed.length > 0 ? allowed.join(', ') : 'nothing of ours'
  return [
    ...wrong.map(({ file, specifier }) => `${path}/${file}: imports ${specifier}; ${folder} may import ${may}`),
    ...wrongInTests.map(
      ({ file, specifier }) => `${path}/${file}: imports ${specifier}; adapters do not know each other`,
    ),
  ]
}

/** Another package is imported by its name, and examples are not imported at all. */
function checkBorders(root: string, { path, source, tests }: Package): string[] {
  // The tests of the whole may share what the tests of a package stand on, and a baseline must do the adapter's own mapping.
  const inside = (target: string) =>
    path === '.'
      ? !/^(packages\/[^/]+\/src|examples|bench)\//.test(target)
      : target.startsWith(`${path}/`) || (path === 'bench' && /^packages\/adapter-[^/]+\/src\//.test(target))
  return [...source, ...tests].flatMap(({ file, specifier }) => {
    const where = path === '.' ? file : `${path}/${file}`
    if (ownFolder(specifier)?.startsWith('example-'))
      return [`${where}: imports ${specifier}; nothing imports examples`]
    if (!specifier.startsWith('.')) return []
    const target = slashes(relative(root, resolve(root, path, dirname(file), specifier)))
    return inside(target) ? [] : [`${where}: imports ${specifier}; another package is imported by its name`]
  })
}

function checkDeclared({ path, manifest, source, tests }: Package, rootManifest: Manifest): string[] {
  const forSource = { ...manifest.dependencies, ...manifest.peerDependencies }
  // Tests also find what the root installs: a testkit declared in core would close a circle of builds.
  const forTests = { ...forSource, ...manifest.devDependencies, ...rootManifest.devDependencies }
  const missing = (imports: readonly Import[], declared: Readonly<Record<string, string>>, where: string) =>
    imports
      .map(({ file, specifier }) => ({ file, name: packageName(specifier) }))
      .filter(({ name }) => name !== undefined && name !== manifest.name && !(name in declared))
      .map(({ file, name }) => `${path}/${file}: imports ${name}, which is not in ${where} of package.json`)
  // The root is never installed by anyone, so all it uses are devDependencies.
  return path === '.'
    ? missing([...source, ...tests], forTests, 'devDependencies')
    : [
        ...missing(source, forSource, 'dependencies or peerDependencies'),
        ...missing(tests, forTests, 'devDependencies'),
      ]
}

function checkUsed({ path, manifest, source, tests }: Package): string[] {
  const inSource = new Set(source.map(({ specifier }) => packageName(specifier)))
  const anywhere = new Set([...inSource, ...tests.map(({ specifier }) => packageName(specifier))])
  const unused = (kind: 'dependencies' | 'peerDependencies' | 'devDependencies', isUsed: (name: string) => boolean) =>
    Object.keys(manifest[kind] ?? {})
      .filter((name) => !isUsed(name))
      .map((name) => `${path}/package.json: ${name} is in ${kind}, but nothing imports it`)
  return [
    ...unused('dependencies', (name) => inSource.has(name)),
    ...unused('peerDependencies', (name) => inSource.has(name)),
    ...unused('devDependencies', (name) => anywhere.has(name) || name in (manifest.peerDependencies ?? {})),
  ]
}

function checkDependencies({ path, folder, manifest }: Package): string[] {
  const { dependencies = {}, devDependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest
  const runtime = Object.keys({ ...dependencies, ...peerDependencies })
  const versions = Object.entries({ ...dependencies, ...devDependencies })
  return [
    ...(folder === 'core' && runtime.length > 0
      ? [`core has no runtime dependency, but depends on ${runtime.join(', ')}`]
      : []),
    ...peers
      .filter((name) => `${scope}${name}` in dependencies)
      .map((name) => `${scope}${name} must be in peerDependencies (and devDependencies), not in dependencies`),
    ...(isAdapter(folder) &&
    `${scope}testkit` in peerDependencies &&
    peerDependenciesMeta[`${scope}testkit`]?.optional !== true
      ? [`${scope}testkit must be an optional peer: only ./sandbox needs it`]
      : []),
    ...versions
      .map(([name, version]) => ({ name, version, wanted: name.startsWith(scope) ? 'workspace:^' : 'catalog:' }))
      .filter(({ version, wanted }) => version !== wanted)
      .map(({ name, version, wanted }) => `the version of ${name} must be "${wanted}", not "${version}"`),
  ].map((problem) => `${path}/package.json: ${problem}`)
}

function checkShape(root: string, { path, folder, manifest }: Package): string[] {
  const exported = manifest.exports ?? {}
  const sideEffects = isAdapter(folder) ? ['./dist/register.js', './src/register.ts'] : false
  const facts: readonly (readonly [field: string, actual: unknown, wanted: unknown])[] = [
    ['name', manifest.name, `${scope}${folder}`],
    ['license', manifest.license, 'MIT'],
    ['type', manifest.type, 'module'],
    ['files', manifest.files, ['dist']],
    ['sideEffects', manifest.sideEffects, sideEffects],
    // A minor is for what came with it: SQLite without a flag, say.
    ['engines.node', manifest.engines?.node?.replace(/\.\d+$/, ''), '>=22'],
    ['scripts.build', manifest.scripts?.build, 'tsup --config ../../tsup.config.js'],
    ['exports["./package.json"]', exported['./package.json'], './package.json'],
    ...Object.entries(exported)
      .filter(([entry]) => entry !== './package.json')
      .map(([entry, target]) => {
        const name = entry === '.' ? 'index' : entry.slice('./'.length)
        const conditions = {
          [`${scope}source`]: `./src/${name}.ts`,
          types: `./dist/${name}.d.ts`,
          default: `./dist/${name}.js`,
        }
        return [`exports["${entry}"]`, target, conditions] as const
      }),
  ]
  return [
    ...facts
      // The order counts: Node.js and TypeScript take the first condition that fits.
      .filter(([, actual, wanted]) => JSON.stringify(actual) !== JSON.stringify(wanted))
      .map(([field, actual, wanted]) => `${field} must be ${JSON.stringify(wanted)}, not ${JSON.stringify(actual)}`),
    ...['.', ...(isAdapter(folder) ? ['./register', './sandbox'] : [])]
      .filter((entry) => !(entry in exported))
      .map((entry) => `exports["${entry}"] is missing`),
    ...Object.values(exported)
      .map((target) => (typeof target === 'string' ? target : target[`${scope}source`]))
      .filter((file) => file !== undefined && !existsSync(join(root, path, file)))
      .map((file) => `exports names ${file}, which does not exist`),
    ...(manifest.description ? [] : ['description is missing']),
    ...(manifest.private === undefined ? [] : ['private must be absent; private code lives in examples or bench']),
    ...(existsSync(join(root, path, 'README.md')) ? [] : ['README.md is missing beside it']),
  ].map((problem) => `${path}/package.json: ${problem}`)
}

function checkSettings(root: string, { path }: Package): string[] {
  if (path === '.') return []
  return readdirSync(join(root, path))
    .filter((name) => ownSettings.test(name))
    .map((name) => `${path}/${name}: settings live at the root, once; remove this file`)
}

/** A rule is switched off for a line, with a reason, and never for a whole file. */
function checkComments(root: string): string[] {
  const exclude = (name: string) => name === 'node_modules' || name === 'dist'
  return globSync(['{packages,examples,bench,scripts,test}/**/*.{ts,mjs}', '*.{ts,js}'], { cwd: root, exclude })
    .filter((file) => /^\s*\/\*\s*eslint-disable(?!-)/m.test(readFileSync(join(root, file), 'utf8')))
    .map((file) => `${slashes(file)}: switches lint rules off for the whole file`)
}

/**
 * A major release of the framework moves the peer range of every adapter, which breaks an adapter's users as well; changesets
 * alone would call that a patch.
 */
function checkChangesets(root: string, published: readonly Package[]): string[] {
  const text = globSync('.changeset/*.md', { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'))
  const majors = text.flatMap((changeset) => [...changeset.matchAll(/^['"](.+)['"]: major$/gm)].map(([, name]) => name))
  const names = published.map(({ folder }) => `${scope}${folder}`)
  const adapters = names.filter((name) => isAdapter(name.slice(scope.length)))
  if (!names.some((name) => majors.includes(name) && !adapters.includes(name))) return []
  return adapters
    .filter((name) => !majors.includes(name))
    .map((name) => `.changeset: the framework has a major release, so ${name} needs a changeset with '${name}': major`)
}

function readPackage(root: string, path: string): Package {
  const folder = join(root, path)
  const tests = importsOf(folder, ['test/**/*.ts'])
  // An app has its files wherever it likes; in a package src is what gets published.
  const source = path.startsWith('packages/')
    ? importsOf(folder, ['src/**/*.ts'])
    : importsOf(folder, ['**/*.ts']).filter(({ file }) => !file.startsWith('test/'))
  return { path, folder: basename(path), manifest: readManifest(folder), source, tests }
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}

function foldersOf(root: string, parent: string): string[] {
  return globSync('*/package.json', { cwd: join(root, parent) })
    .map((file) => slashes(join(parent, dirname(file))))
    .sort()
}

function importsOf(folder: string, patterns: readonly string[]): Import[] {
  const exclude = (name: string) => name === 'node_modules' || name === 'dist'
  return globSync([...patterns], { cwd: folder, exclude }).flatMap((file) =>
    ts
      .preProcessFile(readFileSync(join(folder, file), 'utf8'), true, true)
      .importedFiles.map(({ fileName }) => ({ file: slashes(file), specifier: fileName })),
  )
}

/** The package an import names, or undefined for a file and for what Node.js brings. */
function packageName(specifier: string): string | undefined {
  if (specifier.startsWith('.') || isBuiltin(specifier)) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** The folder of one of our packages that an import names. */
function ownFolder(specifier: string): string | undefined {
  return specifier.startsWith(scope) ? specifier.slice(scope.length).split('/')[0] : undefined
}

function isAdapter(folder: string): boolean {
  return folder.startsWith('adapter-') && folder !== 'adapter-kit'
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/')
}

if (import.meta.main) {
  const problems = checkPackages(fileURLToPath(new URL('..', import.meta.url)))
  for (const problem of problems) console.log(problem)
  console.log(problems.length === 0 ? 'Imports and packages are in order.' : `${problems.length} problems.`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
