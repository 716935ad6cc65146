import { startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox } from '@unioneyes/testkit'
import { sandboxBotToken, slackSandbox } from '../src/sandbox.ts'
import type { Slack, SlackActions, SlackSandboxOptions, Wire } from '../src/sandbox.ts'

/** When the sandboxes of these tests stand still. */
export const AT = Date.UTC(2026, 5, 1, 12)

/** What a method answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Wire
}

/** A sandbox with a voice. */
export type Opened = RunningSandbox<Slack, SlackActions> & {
  call(method: string, args?: Record<string, string>, token?: string | null): Promise<Answer>
  post(method: string, body: string, headers?: Record<string, string>): Promise<Answer>
  /** All items of a cursor listing, and how many were on each page. */
  walk(method: string, key: string, args?: Record<string, string>): Promise<{ items: Wire[]; sizes: number[] }>
}

/** Starts a sandbox whose clock stands still. */
export async function openSandbox(options: SlackSandboxOptions = {}): Promise<Opened> {
  const sandbox = await startSandbox(slackSandbox({ stoppedAt: AT, ...options }))

  async function send(url: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(url, init)
    return { status: response.status, headers: response.headers, body: wire(await response.json()) }
  }

  const call: Opened['call'] = (method, args = {}, token = sandboxBotToken) =>
    send(`${sandbox.url}/api/${method}?${new URLSearchParams(args).toString()}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    })

  return Object.assign(sandbox, {
    call,
    post: (method: string, body: string, headers: Record<string, string> = {}) =>
      send(`${sandbox.url}/api/${method}`, { method: 'POST', body, headers }),
    async walk(method: string, key: string, args: Record<string, string> = {}) {
      const items: Wire[] = []
      const sizes: number[] = []
      let cursor = ''
      do {
        const { body } = await call(method, { ...args, ...(cursor !== '' && { cursor }) })
        if (body.ok !== true) throw new Error(`${method}: ${String(body.error)}`)
        const page = list(body[key])
        items.push(...page)
        sizes.push(page.length)
        cursor = cursorOf(body)
        if (sizes.length > 5_000) throw new Error(`${method} does not end.`)
      } while (cursor !== '')
      return { items, sizes }
    },
  })
}

/** The next cursor of an answer; no text when there is none. */
export function cursorOf(body: Wire): string {
  const next = wire(body.response_metadata).next_cursor
  return typeof next === 'string' ? next : ''
}

/** A list of objects, an empty one when it is none. */
export function list(value: unknown): Wire[] {
  return Array.isArray(value) ? value.map(wire) : []
}

/** An object, an empty one when it is none. */
export function wire(value: unknown): Wire {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
