import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { checkPackages } from './check-packages.ts'

type Json = Record<string, unknown>

/** A small repository that keeps every rule, as file paths and what the files hold. */
function soundTree(): Record<string, string | Json> {
  return {
    'package.json': { private: true, devDependencies: { '@unioneyes/testkit': 'workspace:^', vitest: 'catalog:' } },
    ...published('core', {}, { 'src/index.ts': `import { randomUUID } from 'node:crypto'\nexport { randomUUID }` }),
    'packages/core/test/core.test.ts': `import '@unioneyes/testkit'\nimport 'vitest'\nimport '../src/index.ts'`,
    ...published('models', { dependencies: { zod: 'catalog:' } }, { 'src/index.ts': `export { z } from 'zod/v4'` }),
    ...published('adapter-kit', onCore, { 'src/index.ts': `export type { X } from '@unioneyes/core'` }),
    ...published('sync-engine', onCore, { 'src/index.ts': `export * from '@unioneyes/core'` }),
    ...published('testkit', onCore, { 'src/index.ts': `export const load = () => import('@unioneyes/core')` }),
    ...adapter('adapter-a'),
    ...adapter('adapter-b'),
    'examples/app/package.json': {
      name: '@unioneyes/example-app',
      private: true,
      dependencies: { '@unioneyes/core': 'workspace:^' },
    },
    'examples/app/src/main.ts': `import '@unioneyes/core'`,
    'bench/package.json': { private: true, dependencies: { '@unioneyes/core': 'workspace:^' } },
    'bench/run.ts': `import '@unioneyes/core'`,
    'scripts/check.ts': `import 'vitest'`,
    'test/whole.test.ts': `import '@unioneyes/testkit'\nimport '../scripts/check.ts'`,
  }
}

const onCore = {
  peerDependencies: { '@unioneyes/core': 'workspace:^' },
  devDependencies: { '@unioneyes/core': 'workspace:^' },
}

function published(
  folder: string,
  fields: Json,
  files: Record<string, string>,
  entries = ['index'],
): Record<string, string | Json> {
  const exported = entries.map((name) => [
    name === 'index' ? '.' : `./${name}`,
    { '@unioneyes/source': `./src/${name}.ts`, types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
  ])
  return {
    [`packages/${folder}/package.json`]: {
      name: `@unioneyes/${folder}`,
      description: 'A package.',
      license: 'MIT',
      type: 'module',
      sideEffects: false,
      files: ['dist'],
      engines: { node: '>=22' },
      exports: { ...Object.fromEntries(exported), './package.json': './package.json' },
      scripts: { build: 'tsup --config ../../tsup.config.js' },
      ...fields,
    },
    [`packages/${folder}/README.md`]: `# ${folder}`,
    ...Object.fromEntries(Object.entries(files).map(([file, text]) => [`packages/${folder}/${file}`, text])),
  }
}

function adapter(folder: string): Record<string, string | Json> {
  const ours = { '@unioneyes/core': 'workspace:^', '@unioneyes/testkit': 'workspace:^' }
  return published(
    folder,
    {
      sideEffects: ['./dist/register.js', './src/register.ts'],
      dependencies: { '@unioneyes/adapter-kit': 'workspace:^', '@unioneyes/models': 'workspace:^' },
      peerDependencies: ours,
      peerDependenciesMeta: { '@unioneyes/testkit': { optional: true } },
      devDependencies: ours,
    },
    {
      'src/index.ts': `import '@unioneyes/models'\nexport * from '@unioneyes/adapter-kit'`,
      'src/register.ts': `import './index.ts'\ndeclare module '@unioneyes/core' { interface AdapterMap { a: 1 } }`,
      'src/sandbox.ts': `import '@unioneyes/testkit'`,
    },
    ['index', 'register', 'sandbox'],
  )
}

function problemsOf(tree: Record<string, string | Json>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'check-packages-'))
  try {
    for (const [file, content] of Object.entries(tree)) {
      mkdirSync(join(root, dirname(file)), { recursive: true })
      writeFileSync(join(root, file), typeof content === 'string' ? content : JSON.stringify(content))
    }
    return checkPackages(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** The tree with one file's fields or text replaced. */
function change(file: string, content: string | Json): Record<string, string | Json> {
  const tree = soundTree()
  const before = tree[file]
  return {
    ...tree,
    [file]: typeof content === 'object' && typeof before === 'object' ? { ...before, ...content } : content,
  }
}

test('a tree that keeps every rule has no problems', () => {
  expect(problemsOf(soundTree())).toEqual([])
})

const a = 'packages/adapter-a/package.json'
const kit = 'packages/adapter-kit/package.json'

test('a minor release of the framework asks nothing of adapters', () => {
  expect(problemsOf({ ...soundTree(), '.changeset/a.md': "---\n'@unioneyes/core': minor\n---\n" })).toEqual([])
})

test.for<[rule: string, tree: Record<string, string | Json>, problem: string]>([
  // Who may import whom
  [
    'core imports nothing of ours',
    change('packages/core/src/index.ts', `import '@unioneyes/models'`),
    'core may import nothing of ours',
  ],
  [
    'models imports nothing of ours',
    change('packages/models/src/index.ts', `import 'zod'\nimport '@unioneyes/core'`),
    'models may import nothing of ours',
  ],
  [
    'the kit does not import models',
    change('packages/adapter-kit/src/index.ts', `import '@unioneyes/core'\nimport '@unioneyes/models'`),
    'adapter-kit may import core',
  ],
  [
    'a type import counts',
    change('packages/sync-engine/src/index.ts', `import '@unioneyes/core'\nimport type { X } from '@unioneyes/models'`),
    'sync-engine may import core',
  ],
  [
    'an import() counts',
    change('packages/testkit/src/index.ts', `import '@unioneyes/core'\nvoid import('@unioneyes/sync-engine')`),
    'testkit may import core',
  ],
  [
    'an augmentation counts',
    change('packages/core/src/x.ts', `export {}\ndeclare module '@unioneyes/models' {}`),
    'core may import nothing of ours',
  ],
  [
    'an adapter does not import the engine',
    change('packages/adapter-a/src/x.ts', `import '@unioneyes/sync-engine'`),
    'adapter-a may import core, adapter-kit, models',
  ],
  [
    'an adapter does not import a store',
    change('packages/adapter-a/src/x.ts', `import '@unioneyes/store-sqlite'`),
    'adapter-a may import core, adapter-kit, models',
  ],
  [
    'an adapter does not import another',
    change('packages/adapter-a/src/x.ts', `import '@unioneyes/adapter-b'`),
    'adapter-a may import core, adapter-kit, models',
  ],
  [
    "nor does an adapter's test",
    change('packages/adapter-a/test/x.test.ts', `import '@unioneyes/adapter-b'`),
    'adapters do not know each other',
  ],
  [
    'the testkit is for the sandbox',
    change('packages/adapter-a/src/x.ts', `import '@unioneyes/testkit'`),
    'adapter-a may import core, adapter-kit, models',
  ],
  [
    'an unknown kind of package is refused',
    { ...soundTree(), ...published('novel', {}, { 'src/index.ts': '' }) },
    'no layer says',
  ],
  [
    'nothing imports examples',
    change('test/whole.test.ts', `import '@unioneyes/example-app'`),
    'nothing imports examples',
  ],
  [
    'files of another package are not imported',
    change('packages/models/src/index.ts', `import 'zod'\nimport '../../core/src/index.ts'`),
    'imported by its name',
  ],
  [
    'nor by the tests of the whole',
    change('test/whole.test.ts', `import '../packages/core/src/index.ts'`),
    'imported by its name',
  ],
  [
    'files of an example are not imported',
    change('test/whole.test.ts', `import '../examples/app/src/main.ts'`),
    'imported by its name',
  ],

  // What package.json says about dependencies
  [
    'an imported package is declared',
    change('packages/models/src/index.ts', `import 'zod'\nimport 'ky'`),
    'imports ky, which is not in dependencies',
  ],
  [
    'a devDependency is not enough for source',
    change('packages/adapter-a/package.json', { peerDependencies: {} }),
    'imports @unioneyes/core, which is not in dependencies or peer',
  ],
  [
    'what a test imports is declared',
    change('packages/core/test/x.test.ts', `import 'nock'`),
    'imports nock, which is not in devDependencies',
  ],
  [
    'what an app imports is declared',
    change('bench/run.ts', `import '@unioneyes/core'\nimport 'zod'`),
    'imports zod, which is not in dependencies',
  ],
  [
    'what a script imports is declared',
    change('scripts/check.ts', `import 'yaml'`),
    'imports yaml, which is not in devDependencies',
  ],
  [
    'a dependency is used',
    change('packages/models/package.json', { dependencies: { zod: 'catalog:', ky: 'catalog:' } }),
    'ky is in dependencies, but nothing imports it',
  ],
  [
    'a peer is used',
    change(kit, { peerDependencies: { ...onCore.peerDependencies, zod: '>=4' } }),
    'zod is in peerDependencies, but nothing imports it',
  ],
  [
    'a devDependency is used',
    change(kit, { devDependencies: { ...onCore.devDependencies, zod: 'catalog:' } }),
    'zod is in devDependencies, but nothing imports it',
  ],
  [
    'core has no runtime dependency',
    change('packages/core/package.json', { dependencies: { zod: 'catalog:' } }),
    'core has no runtime dependency',
  ],
  [
    'core is a peer',
    change(kit, { dependencies: onCore.peerDependencies, peerDependencies: {} }),
    '@unioneyes/core must be in peerDependencies',
  ],
  [
    'the testkit is an optional peer of adapters',
    change(a, { peerDependenciesMeta: {} }),
    '@unioneyes/testkit must be an optional peer',
  ],
  [
    'versions of others come from the catalog',
    change('packages/models/package.json', { dependencies: { zod: '^4.0.0' } }),
    'the version of zod must be "catalog:"',
  ],
  [
    'versions of ours come from the workspace',
    change(kit, { devDependencies: { '@unioneyes/core': '^1.0.0' } }),
    'the version of @unioneyes/core must be "workspace:^"',
  ],

  // The shape of a package
  ['name', change(kit, { name: 'adapter-kit' }), 'name must be "@unioneyes/adapter-kit"'],
  ['license', change(kit, { license: 'ISC' }), 'license must be "MIT"'],
  ['ESM', change(kit, { type: 'commonjs' }), 'type must be "module"'],
  ['files', change(kit, { files: ['dist', 'src'] }), 'files must be ["dist"]'],
  ['side effects', change(kit, { sideEffects: true }), 'sideEffects must be false'],
  [
    'the registration of an adapter is a side effect',
    change(a, { sideEffects: false }),
    'sideEffects must be ["./dist/register.js"',
  ],
  ['Node.js version', change(kit, { engines: { node: '>=20' } }), 'engines.node must be ">=22"'],
  ['build script', change(kit, { scripts: {} }), 'scripts.build must be "tsup'],
  ['description', change(kit, { description: '' }), 'description is missing'],
  ['private', change(kit, { private: true }), 'private must be absent'],
  ['an app is private', change('bench/package.json', { private: false }), 'must be "private": true'],
  ['exports of package.json', change(kit, { exports: {} }), 'exports["./package.json"] must be'],
  ['exports of the main entry', change(kit, { exports: {} }), 'exports["."] is missing'],
  ['exports of an adapter', change(a, { exports: {} }), 'exports["./sandbox"] is missing'],
  [
    'conditions of an entry',
    change(kit, { exports: { '.': { default: './dist/index.js' } } }),
    'exports["."] must be {"@unioneyes/source"',
  ],
  [
    'an entry that exists',
    change(kit, { exports: { '.': { '@unioneyes/source': './src/nowhere.ts' } } }),
    './src/nowhere.ts, which does not exist',
  ],
  ['README', withoutFile('packages/core/README.md'), 'README.md is missing'],
  ...['tsconfig.json', 'eslint.config.js', '.eslintrc.json', 'vitest.config.ts', 'tsup.config.js', '.prettierrc'].map(
    (name): [string, Record<string, string | Json>, string] => [
      `no ${name} in a package`,
      change(`packages/core/${name}`, ''),
      'settings live at the root',
    ],
  ),

  // Comments
  [
    'no rule is off for a whole file',
    change('packages/core/src/x.ts', '/* eslint-disable no-console */\nexport {}'),
    'switches lint rules off for the whole file',
  ],

  // Releases
  [
    'a major release of the framework is one of every adapter',
    { ...soundTree(), '.changeset/a.md': "---\n'@unioneyes/core': major\n'@unioneyes/adapter-b': major\n---\n" },
    "so @unioneyes/adapter-a needs a changeset with '@unioneyes/adapter-a': major",
  ],
])('%s', ([, tree, problem]) => {
  expect(problemsOf(tree)).toContainEqual(expect.stringContaining(problem))
})

function withoutFile(file: string): Record<string, string | Json> {
  return Object.fromEntries(Object.entries(soundTree()).filter(([name]) => name !== file))
}
