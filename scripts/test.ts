// Usage: npm test -- [--only <step>]…
//
// Runs every check of the repository, goes on after a failure, and ends with a line that counts them all.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

interface Step {
  readonly name: string
  readonly title: string
  /** The JavaScript or TypeScript file to run and its arguments. */
  readonly command: readonly [file: string, ...args: string[]]
}

interface Result {
  readonly step: Step
  readonly passed: number
  readonly failed: number
  /** What the summary says about the step. */
  readonly note: string
}

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'integration-framework-test-'))
const vitestReport = join(scratch, 'vitest.json')

const steps: readonly Step[] = [
  { name: 'generated', title: 'Generated files are up to date', command: ['scripts/generate.ts', '--check'] },
  { name: 'docs', title: 'Documents: links and code', command: ['scripts/check-docs.ts'] },
  { name: 'check', title: 'Import directions and package shape', command: ['scripts/check-packages.ts'] },
  { name: 'unused', title: 'Unused files and exports', command: ['node_modules/knip/bin/knip.js'] },
  { name: 'format', title: 'Formatting', command: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'] },
  { name: 'lint', title: 'Lint', command: ['node_modules/eslint/bin/eslint.js', '--max-warnings=0', '.'] },
  { name: 'types', title: 'Types', command: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'] },
  {
    name: 'vitest',
    title: 'Tests',
    command: [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--allowOnly=false',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${vitestReport}`,
    ],
  },
  { name: 'pack', title: 'Packed packages in an empty folder', command: ['scripts/pack-smoke.ts'] },
  { name: 'mutants', title: 'Mutants of the laws', command: ['test/mutants/run.ts'] },
]

process.exitCode = await main()

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string', multiple: true, default: [] } } })
  const unknown = values.only.filter((name) => !steps.some((step) => step.name === name))
  if (unknown.length > 0) {
    console.error(`No step is called ${unknown.join(', ')}. There are: ${steps.map(({ name }) => name).join(', ')}.`)
    return 1
  }

  const results: Result[] = []
  for (const step of steps) {
    if (values.only.length === 0 || values.only.includes(step.name)) results.push(await runStep(step))
  }
  rmSync(scratch, { recursive: true })

  console.log(heading('Summary'))
  for (const { step, passed, failed, note } of results) {
    const status = failed > 0 ? 'FAILED' : passed > 0 ? 'ok' : 'skipped'
    console.log(`${status.padEnd(8)} ${step.name.padEnd(10)} ${step.title}: ${note}`)
  }
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  const failed = results.reduce((sum, result) => sum + result.failed, 0)
  console.log(`${passed} passed, ${failed} failed`)
  return failed > 0 ? 1 : 0
}

async function runStep(step: Step): Promise<Result> {
  console.log(heading(step.title))
  const [file, ...args] = step.command
  if (!existsSync(join(root, file))) {
    console.log(`Skipped: ${file} does not exist.`)
    return { step, passed: 0, failed: 0, note: `${file} does not exist` }
  }

  const startedAt = performance.now()
  const exitCode = await run([...process.execArgv, join(root, file), ...args])
  const took = `${Math.round((performance.now() - startedAt) / 1000)} s`
  if (step.name === 'vitest') return { step, ...countTests(exitCode, took) }
  return exitCode === 0
    ? { step, passed: 1, failed: 0, note: took }
    : { step, passed: 0, failed: 1, note: `exit code ${exitCode} after ${took}` }
}

function countTests(exitCode: number, took: string): Omit<Result, 'step'> {
  if (!existsSync(vitestReport))
    return { passed: 0, failed: 1, note: `exit code ${exitCode} and no report after ${took}` }
  const report = JSON.parse(readFileSync(vitestReport, 'utf8')) as Record<
    'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests',
    number
  >
  const passed = report.numPassedTests
  // A file that does not load, or an error outside a test, fails the run without failing a test.
  const failed = Math.max(report.numFailedTests, exitCode === 0 && passed > 0 ? 0 : 1)
  const left = report.numPendingTests + report.numTodoTests
  return { passed, failed, note: `${passed} passed, ${failed} failed, ${left} left out, ${took}` }
}

/** Runs Node.js with these arguments to its end; the exit code is 128 + the signal's number when a signal ended it. */
function run(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    const stop = () => {
      child.kill('SIGTERM')
      process.exit(128 + constants.signals.SIGTERM)
    }
    process.once('SIGTERM', stop)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGTERM', stop)
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}

function heading(title: string): string {
  return `\n── ${title} ${'─'.repeat(Math.max(0, 76 - title.length))}`
}
