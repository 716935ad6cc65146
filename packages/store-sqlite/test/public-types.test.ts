import { join, relative, resolve, dirname } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const source = resolve(import.meta.dirname, '../src')

/** The declarations that an importer of an entry point sees: its own, and those of every file they refer to. */
function publicDeclarations(entry: string): Map<string, string> {
  const { config } = ts.readConfigFile(resolve(source, '../../../tsconfig.base.json'), (path) =>
    ts.sys.readFile(path),
  ) as {
    config: { compilerOptions: Record<string, unknown> }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, source)
  const program = ts.createProgram([join(source, entry)], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
  })
  const emitted = new Map<string, string>()
  program.emit(undefined, (path, text) => emitted.set(resolve(path), text), undefined, true)
  const reachable = new Map<string, string>()
  const visit = (path: string): void => {
    const text = emitted.get(path)
    if (text === undefined || reachable.has(path)) return
    reachable.set(path, text)
    for (const [, target = ''] of text.matchAll(/(?:from|import\() ?['"](\.[^'"]+)['"]/g)) {
      visit(resolve(dirname(path), target.replace(/\.ts$/, '.d.ts')))
    }
  }
  visit(resolve(source, entry.replace(/\.ts$/, '.d.ts')))
  return new Map([...reachable].map(([path, text]) => [relative(source, path), text]))
}

test('no public declaration mentions Kysely or Drizzle', () => {
  const declarations = publicDeclarations('index.ts')
  expect([...declarations.keys()]).toContain('sqlite-store.d.ts')
  const mentioning = [...declarations].filter(([, text]) => /kysely|drizzle/i.test(text)).map(([path]) => path)
  expect(mentioning).toEqual([])
})

test('the check above would see them', () => {
  const text = [...publicDeclarations('drizzle.ts').values()].join('\n')
  expect(text).toMatch(/drizzle-orm/)
  expect([...publicDeclarations('queries.ts').values()].join('\n')).toMatch(/kysely/)
})
