/**
 * Breaks each law on purpose and expects its test to notice. Every `NN-name.patch` in this folder names the test in its
 * first line (`# test: test/laws/...`); it is applied to a copy of the tree, so that the tree itself is never broken.
 */
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const only = process.argv[2]
const patches = readdirSync(join(root, 'test/mutants'))
  .filter((name) => name.endsWith('.patch') && (only === undefined || name.includes(only)))
  .sort()

interface Verdict {
  readonly patch: string
  readonly noticed: boolean
  readonly why: string
}

async function main(): Promise<void> {
  const queue = [...patches]
  const verdicts: Verdict[] = []
  const workers = Array.from({ length: 2 }, async () => {
    const copy = copyTree()
    try {
      for (let patch = queue.shift(); patch !== undefined; patch = queue.shift()) {
        const verdict = await judge(copy, patch)
        verdicts.push(verdict)
        console.log(`${verdict.noticed ? 'noticed ' : 'SURVIVED'}  ${verdict.patch}  ${verdict.why}`)
      }
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  })
  await Promise.all(workers)
  const survived = verdicts.filter((verdict) => !verdict.noticed).length
  console.log(`${String(verdicts.length - survived)} passed, ${String(survived)} failed`)
  process.exitCode = survived > 0 || verdicts.length === 0 ? 1 : 0
}

/** Sources are copied; installed packages are linked, except our own, which must resolve to the copy. */
function copyTree(): string {
  const copy = mkdtempSync(join(tmpdir(), 'mutants-'))
  const skipped = new Set(['node_modules', '.git', 'dist', '.turbo', '.vitest', 'quickstart-data'])
  cpSync(root, copy, {
    recursive: true,
    filter: (source) =>
      !relative(root, source)
        .split('/')
        .some((part) => skipped.has(part)),
  })
  for (const folder of ['.', ...workspaceFolders()]) {
    linkModules(join(root, folder, 'node_modules'), join(copy, folder, 'node_modules'))
  }
  return copy
}

function workspaceFolders(): string[] {
  const nested = ['packages', 'examples'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(parent, name)),
  )
  return [...nested, 'bench']
}

// Links inside node_modules are relative, so a copy of the links alone points into the copied tree.
function linkModules(from: string, to: string): void {
  try {
    cpSync(from, to, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => {
        const parts = relative(from, source).split('/')
        return parts[0] === '' || !parts[0]?.startsWith('.')
      },
    })
    if (from === join(root, 'node_modules')) symlinkSync(join(from, '.pnpm'), join(to, '.pnpm'))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

async function judge(copy: string, patch: string): Promise<Verdict> {
  const file = join(root, 'test/mutants', patch)
  const test = /^# test: (\S+)/.exec(readFileSync(file, 'utf8'))?.[1]
  if (test === undefined) return { patch, noticed: false, why: 'its first line must read "# test: <file>"' }
  try {
    execFileSync('git', ['apply', '--unsafe-paths', file], { cwd: copy, stdio: 'pipe' })
  } catch (error) {
    return { patch, noticed: false, why: `does not apply any more: ${String(error).split('\n')[1] ?? ''}` }
  }
  try {
    const { failed, passed } = await runTest(copy, test)
    if (failed > 0) return { patch, noticed: true, why: `${test}: ${String(failed)} red` }
    return { patch, noticed: false, why: `${test}: all ${String(passed)} green` }
  } finally {
    execFileSync('git', ['apply', '-R', '--unsafe-paths', file], { cwd: copy, stdio: 'pipe' })
  }
}

/** Runs one test file and counts; a file that cannot even load is not a test that noticed. */
function runTest(copy: string, test: string): Promise<{ failed: number; passed: number }> {
  const file = join(copy, 'report.json')
  return new Promise((done, fail) => {
    const vitest = join(copy, 'node_modules/vitest/vitest.mjs')
    const args = [vitest, 'run', test, '--reporter=json', `--outputFile.json=${file}`, '--testTimeout', '15000']
    const child = spawn(process.execPath, args, { cwd: copy, stdio: 'ignore' })
    child.on('error', fail)
    child.on('close', () => {
      const report: unknown = JSON.parse(readFileSync(file, 'utf8'))
      rmSync(file)
      done({ failed: count(report, 'numFailedTests'), passed: count(report, 'numPassedTests') })
    })
  })
}

function count(report: unknown, name: string): number {
  if (typeof report !== 'object' || report === null) return 0
  const value: unknown = Reflect.get(report, name)
  return typeof value === 'number' ? value : 0
}

await main()
