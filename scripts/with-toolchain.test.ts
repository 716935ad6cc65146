import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

// A repository with nothing but the bootstrap and a script, and a stand-in for npx that "installs" this very Node.js.
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'with-toolchain-'))
  mkdirSync(join(root, 'scripts'))
  mkdirSync(join(root, 'bin'))
  copyFileSync(fileURLToPath(new URL('with-toolchain.mjs', import.meta.url)), join(root, 'scripts/with-toolchain.mjs'))
  writeFileSync(join(root, 'package.json'), '{ "packageManager": "pnpm@1.2.3" }')
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'a')
  writeFileSync(
    join(root, 'script.ts'),
    `const args: string[] = process.argv.slice(2)
     console.log(JSON.stringify({ args, conditions: process.execArgv }))
     process.exitCode = 3`,
  )
  npx(
    `mkdir -p node_modules/node/bin && ln -sf "${process.execPath}" node_modules/node/bin/node; echo "$@" >> installs`,
  )
})

afterEach(() => rmSync(root, { recursive: true }))

function npx(script: string): void {
  writeFileSync(join(root, 'bin/npx'), `#!/bin/sh\necho noise; echo noise >&2\n${script}\n`)
  chmodSync(join(root, 'bin/npx'), 0o755)
}

function start(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH ?? ''}` }
  return spawnSync(process.execPath, [join(root, 'scripts/with-toolchain.mjs'), ...args], { env, encoding: 'utf8' })
}

function installs(): string[] {
  return existsSync(join(root, 'installs')) ? readFileSync(join(root, 'installs'), 'utf8').trim().split('\n') : []
}

test('installs once, then runs the script with its arguments, its output alone on stdout, and its exit code', () => {
  const first = start('script.ts', '--json', 'a b')
  expect(first.stdout).toBe('{"args":["--json","a b"],"conditions":["--conditions=@unioneyes/source"]}\n')
  expect(first.stderr).toBe('Installing the toolchain (once, about 20 s)…\n')
  expect(first.status).toBe(3)

  expect(start('script.ts')).toMatchObject({ status: 3, stderr: '' })
  expect(installs()).toEqual([expect.stringMatching(/^--yes pnpm@1\.2\.3 install --frozen-lockfile /)])
})

test.each(['pnpm-lock.yaml', 'package.json', 'packages/new/package.json'])('installs again when %s changed', (file) => {
  start('script.ts')
  mkdirSync(join(root, 'packages/new'), { recursive: true })
  writeFileSync(join(root, file), '{ "packageManager": "pnpm@1.2.3", "changed": true }')
  start('script.ts')
  expect(installs()).toHaveLength(2)
})

test.each([
  ['getaddrinfo ENOTFOUND registry', /registry could not be reached/],
  ['ENOSPC: no space left on device', /disk is full/],
  ['ERR_PNPM_OUTDATED_LOCKFILE', /lockfile/],
  ['something else', /Check the network/],
])('a failed installation (%s) says what to do, runs nothing, and is tried again', (output, advice) => {
  npx(`echo "${output}" >&2; echo "from http://user:hunter2@proxy:8080" >&2; echo x >> installs; exit 9`)
  const failed = start('script.ts')
  expect(failed.status).toBe(1)
  expect(failed.stdout).toBe('')
  expect(failed.stderr).toMatch(advice)
  expect(failed.stderr).toContain('exit code 9')
  expect(failed.stderr).toContain(output)
  expect(failed.stderr).not.toContain('hunter2')

  start('script.ts')
  expect(installs()).toHaveLength(2)
})
