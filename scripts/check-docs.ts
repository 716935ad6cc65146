// Usage: check-docs.ts
//
// Holds every document to the tree: relative links lead somewhere, blocks after `<!-- check -->` compile as strict TypeScript, and
// blocks after `<!-- from path/to/file.ts -->` stand in that file line by line, `…` being what is left out.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
const documents = globSync(['*.md', 'docs/**/*.md', 'test/*.md', 'packages/*/README.md'], { cwd: root }).sort()
const problems: string[] = []
const snippets = new Map<string, string>()

for (const file of documents) {
  const text = readFileSync(join(root, file), 'utf8')
  checkLinks(file, text)
  checkBlocks(file, text)
}
compileSnippets()

if (problems.length > 0) {
  console.error(problems.join('\n'))
  process.exitCode = 1
} else {
  console.log(`${documents.length} documents: links lead somewhere, ${snippets.size} blocks compile.`)
}

function checkLinks(file: string, text: string): void {
  const prose = text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '')
  for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue
    const [path = '', anchor] = target.split('#')
    const found = path === '' ? join(root, file) : resolve(root, dirname(file), path)
    if (!existsSync(found)) problems.push(`${file}: the link ${target} leads nowhere`)
    else if (anchor !== undefined && statSync(found).isFile() && !anchorsOf(found).includes(anchor))
      problems.push(`${file}: ${target} names no heading`)
  }
}

function anchorsOf(path: string): string[] {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, heading = '']) => {
    const words = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '')
    return words.trim().replaceAll(' ', '-')
  })
}

function checkBlocks(file: string, text: string): void {
  const blocks = text.matchAll(/<!-- (check|first-example|from (\S+)) -->\s*```(?:ts|js)\n(.*?)^```/gms)
  for (const [, , source, code = ''] of blocks) {
    if (source === undefined)
      snippets.set(join(root, 'scripts', `${String(snippets.size)} of ${file}.ts`.replaceAll('/', ' ')), code)
    else checkQuote(file, source, code)
  }
}

function checkQuote(file: string, source: string, code: string): void {
  const there = readFileSync(join(root, source), 'utf8').split('\n')
  let at = 0
  for (const line of code.split('\n').map((each) => each.trim())) {
    if (line === '' || line.includes('…')) continue
    const found = there.findIndex((other, index) => index >= at && other.trim() === line)
    if (found < 0) problems.push(`${file}: "${line}" is not in ${source}, or not in this order`)
    else at = found + 1
  }
}

/** What the blocks need not declare again, as the first example of the README makes it. */
function prelude(): string {
  return `import type { bamboohr } from '@unioneyes/adapter-bamboohr'
import type { CredentialVault, Integrations, Store } from '@unioneyes/core'
import type { SyncEngine } from '@unioneyes/sync-engine'
import type { DatabaseSync } from 'node:sqlite'
declare global {
  const store: Store<DatabaseSync>
  const vault: CredentialVault
  const integrations: Integrations<typeof bamboohr>
  const sync: SyncEngine<typeof bamboohr>
}`
}

function compileSnippets(): void {
  const preludeFile = join(root, 'scripts', 'prelude of the documents.ts')
  const virtual = new Map([...snippets].map(([name, code]) => [name, `${code}\nexport {}`])).set(preludeFile, prelude())
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => readFileSync(path, 'utf8')) as {
    config: { compilerOptions: object }
  }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const disk = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => virtual.has(name) || disk.fileExists(name),
    readFile: (name) => virtual.get(name) ?? disk.readFile(name),
    getSourceFile: (name, language, ...rest) => {
      const code = virtual.get(name)
      return code === undefined
        ? disk.getSourceFile(name, language, ...rest)
        : ts.createSourceFile(name, code, language)
    },
  }
  const program = ts.createProgram([...virtual.keys()], options, host)
  for (const name of virtual.keys()) {
    const source = program.getSourceFile(name)
    for (const { messageText, start = 0 } of ts.getPreEmitDiagnostics(program, source)) {
      const line = source === undefined ? 0 : source.getLineAndCharacterOfPosition(start).line + 1
      // The first line says what, the last one why; between them are whole types.
      const said = ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')
      problems.push(
        `${name.slice(root.length)}, line ${line}: ${[...new Set([said.at(0), said.at(-1)?.trim()])].join(' … ')}`,
      )
    }
  }
}
