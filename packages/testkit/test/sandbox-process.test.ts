import { spawn } from 'node:child_process'
import { IntegrationError } from '@unioneyes/core'
import { afterEach, describe, expect, test } from 'vitest'
import { fault, spawnSandbox } from '../src/sandbox/index.ts'
import type { SandboxProcess } from '../src/sandbox/index.ts'

// A module by itself: what the other process imports need not be a file.
const moduleUrl = `data:text/javascript,${encodeURIComponent(`
  export function counter(options) {
    return {
      provider: 'counter',
      createState: () => ({ value: options.start }),
      actions: state => ({
        add: by => (state.value += by),
        boom: () => { throw new Error('it went boom') },
        later: async () => new Map([['when', 12n]]),
      }),
      routes: [{
        method: 'GET', path: '/value', cites: 'this test',
        handle: (request, state) => ({ body: String(state.value) }),
      }],
    }
  }
  export const broken = () => { throw new Error('no such company') }
  export const notAFunction = 1
`)}`

interface CounterActions extends Record<string, (...given: never[]) => unknown> {
  add(by: number): number
  boom(): void
  later(): Promise<Map<string, bigint>>
}

let open: SandboxProcess | undefined
afterEach(async () => {
  await open?.close()
  open = undefined
})

async function start(options: Parameters<typeof spawnSandbox>[3] = {}) {
  const started = await spawnSandbox<CounterActions>(moduleUrl, 'counter', { start: 5 }, options)
  open = started
  return started
}

const read = async (url: string) => (await fetch(`${url}/value`, { headers: { connection: 'close' } })).text()

describe('a sandbox in its own process', () => {
  test('serves, is changed by actions, and reports what it received', async () => {
    const sandbox = await start()
    expect(sandbox.pid).not.toBe(process.pid)
    expect(await read(sandbox.url)).toBe('5')
    expect(await sandbox.act('add', 2)).toBe(7)
    expect(await read(sandbox.url)).toBe('7')
    expect(await sandbox.act('later')).toEqual(new Map([['when', 12n]]))
    expect(await sandbox.counters()).toMatchObject({ total: 2, open: 0, byStatus: { 200: 2 } })
    expect(await sandbox.requests({ path: '/value' })).toHaveLength(2)
  })

  test('an action that throws rejects, and leaves the sandbox running', async () => {
    const sandbox = await start()
    await expect(sandbox.act('boom')).rejects.toThrow('it went boom')
    await expect(sandbox.act('toString' as 'boom')).rejects.toThrow('no action "toString"')
    expect(await read(sandbox.url)).toBe('5')
  })

  test('faults and limits cross the border as data', async () => {
    const sandbox = await start({ rateLimit: { requests: 3, perMs: 3_600_000 } })
    await sandbox.inject({ match: { path: '/value', skip: 1 }, times: 1, fault: fault.serverError(500) })
    const statuses: number[] = []
    for (let n = 0; n < 4; n += 1) statuses.push((await fetch(`${sandbox.url}/value`)).status)
    expect(statuses).toEqual([200, 500, 200, 200])
    expect((await fetch(`${sandbox.url}/value`)).status).toBe(429)
    await sandbox.inject({ fault: fault.html200() })
    expect(await read(sandbox.url)).toContain('<html>')
    await sandbox.clearFaults()
    expect((await fetch(`${sandbox.url}/value`)).status).toBe(429)
  })

  test('a sandbox that cannot start says why and leaves no process', async () => {
    for (const [name, reason] of [
      ['broken', 'no such company'],
      ['notAFunction', 'exports no function notAFunction'],
    ] as const) {
      const failed: unknown = await spawnSandbox(moduleUrl, name, {}).catch((error: unknown) => error)
      expect(IntegrationError.is(failed, 'CONFIG_INVALID')).toBe(true)
      expect(String(failed)).toContain(reason)
    }
  })

  test('close ends the process, twice if need be, and later calls reject', async () => {
    const sandbox = await start()
    await sandbox.close()
    await sandbox.close()
    expect(isAlive(sandbox.pid)).toBe(false)
    // Not its port: by now that may be another's.
    await expect(sandbox.counters()).rejects.toThrow('ended')
  })

  test('dies with its parent, even when that is killed', async () => {
    const parent = spawn(
      process.execPath,
      [
        '--conditions=@unioneyes/source',
        '--input-type=module',
        '--eval',
        `import { spawnSandbox } from ${JSON.stringify(new URL('../src/sandbox/process.ts', import.meta.url).href)}
         const sandbox = await spawnSandbox(${JSON.stringify(moduleUrl)}, 'counter', { start: 1 })
         console.log(sandbox.pid)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (text) => resolve(Number(text))))
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  })
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
