import { bearerToken } from '@unioneyes/testkit'
import type { SandboxRateLimit, SandboxRequest, SandboxResponse, SandboxRoute } from '@unioneyes/testkit'
import type { Conversation, ConversationType } from './conversations.ts'
import type { Slack } from './slack.ts'
import { SlackError, answer, dialect } from './slack-error.ts'
import type { Grant } from './tokens.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

/** One call of a method, let in and counted. */
export interface Call {
  readonly slack: Slack
  readonly args: URLSearchParams
  readonly grant: Grant
  /** The token itself. */
  readonly token: string
  /** Where a listing looks: the token's workspace, or the one that a token of the organization names. */
  workspace(): Workspace
  /** Refuses with `missing_scope` unless the token has all of these. */
  needs(...scopes: readonly string[]): void
  /** A conversation that the token may look into, by the argument `channel`. @param action what its scope is called */
  conversation(action: 'read' | 'history'): { readonly workspace: Workspace; readonly conversation: Conversation }
}

/** A method of the Web API. */
export interface Method {
  readonly name: string
  readonly cites: readonly string[]
  /** Requests a minute by the vendor's tiers; undefined where none is stated. */
  readonly perMinute: number | undefined
  /** Whether it takes a body of JSON. */
  readonly json?: boolean
  /** Scopes it can make use of: `x-accepted-oauth-scopes`. */
  readonly scopes: readonly string[]
  readonly run: (call: Call) => Wire
}

/** A method that needs no token, but a client. */
export interface OpenMethod {
  readonly name: string
  readonly cites: readonly string[]
  readonly run: (args: URLSearchParams, request: SandboxRequest, slack: Slack) => Wire
}

const MINUTE = 60_000
const HISTORIES = new Set(['conversations.history', 'conversations.replies'])
/** What a scope calls the four types of conversations. */
export const scopeFamily: Readonly<Record<ConversationType, string>> = {
  public_channel: 'channels',
  private_channel: 'groups',
  im: 'im',
  mpim: 'mpim',
}

/** The routes of a method: GET with a query, POST with a form. */
export function methodRoutes(method: Method): SandboxRoute<Slack>[] {
  return routes(method.name, method.cites, (request, slack) => {
    try {
      return serve(method, request, slack)
    } catch (error) {
      return refusal(error, { 'x-accepted-oauth-scopes': method.scopes.join(',') })
    }
  })
}

/** The routes of a method that needs no token. */
export function openRoutes(method: OpenMethod): SandboxRoute<Slack>[] {
  return routes(method.name, method.cites, (request, slack) => {
    try {
      const ordered = slack.takeRefusal(method.name)
      if (ordered) throw new SlackError(ordered.error, ordered.extra)
      return answer(method.run(readArguments(request, false), request, slack))
    } catch (error) {
      return refusal(error, {})
    }
  })
}

function routes(name: string, cites: readonly string[], handle: SandboxRoute<Slack>['handle']): SandboxRoute<Slack>[] {
  return ['GET', 'POST'].map((method) => ({ method, path: `/api/${name}`, cites, handle }))
}

function serve(method: Method, request: SandboxRequest, slack: Slack): SandboxResponse {
  const args = readArguments(request, method.json ?? false)
  const token = tokenOf(request, args)
  if (token === undefined) throw new SlackError('not_authed')
  const grant = slack.tokens.grantOf(token)
  const headers = { 'x-oauth-scopes': grant.scopes.join(','), 'x-accepted-oauth-scopes': method.scopes.join(',') }
  const waitMs = slack.admit(method.name, grant.key, limitOf(method, slack))
  if (waitMs > 0) return dialect.throttled(String(Math.ceil(waitMs / 1000)), request)
  try {
    const ordered = slack.takeRefusal(method.name)
    if (ordered) throw new SlackError(ordered.error, ordered.extra)
    return answer(method.run(createCall(slack, args, grant, token)), headers)
  } catch (error) {
    return refusal(error, headers)
  }
}

function createCall(slack: Slack, args: URLSearchParams, grant: Grant, token: string): Call {
  function workspace(): Workspace {
    if (grant.workspace) return grant.workspace
    const teamId = args.get('team_id')
    // Reference: conversations.list, argument team_id.
    if (teamId === null || teamId === '') throw new SlackError('missing_argument')
    const found = slack.workspaces.find((one) => one.teamId === teamId && one.enterprise)
    if (!found) throw new SlackError('team_access_not_granted')
    return found
  }

  function needs(...scopes: readonly string[]): void {
    const missing = scopes.filter((scope) => !grant.scopes.includes(scope))
    if (missing.length > 0) {
      throw new SlackError('missing_scope', { needed: missing.join(','), provided: grant.scopes.join(',') })
    }
  }

  return {
    slack,
    args,
    grant,
    token,
    workspace,
    needs,
    conversation(action) {
      const id = args.get('channel') ?? ''
      for (const one of grant.workspace ? [grant.workspace] : slack.workspaces.filter(({ enterprise }) => enterprise)) {
        const conversation = one.conversations.find(id)
        if (!conversation) continue
        needs(`${scopeFamily[conversation.type]}:${action}`)
        return { workspace: one, conversation }
      }
      throw new SlackError('channel_not_found')
    },
  }
}

function limitOf(method: Method, { options }: Slack): SandboxRateLimit | undefined {
  const own = options.rateLimits?.[method.name] ?? options.rateLimits?.['*']
  if (own) return own
  // Sheet: Rate limits, since 2025-05-29.
  if (options.nonMarketplace === true && HISTORIES.has(method.name)) return { requests: 1, perMs: MINUTE }
  if (options.tiers !== true || method.perMinute === undefined) return undefined
  return { requests: method.perMinute, perMs: MINUTE }
}

/** The query, then the body: a form, or JSON where the method takes it (sheet: Auth). */
function readArguments(request: SandboxRequest, json: boolean): URLSearchParams {
  const args = new URLSearchParams(request.query)
  const body = Buffer.from(request.body).toString()
  if (request.method !== 'POST' || body === '') return args
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === undefined || type === '') throw new SlackError('missing_post_type')
  if (type === 'application/x-www-form-urlencoded') {
    for (const [name, value] of new URLSearchParams(body)) args.set(name, value)
    return args
  }
  if (type !== 'application/json' || !json) throw new SlackError('invalid_post_type')
  for (const [name, value] of Object.entries(readObject(body))) args.set(name, String(value))
  return args
}

function readObject(text: string): Wire {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new SlackError('invalid_json')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SlackError('json_not_object')
  return { ...value }
}

function tokenOf(request: SandboxRequest, args: URLSearchParams): string | undefined {
  const token = bearerToken(request) ?? args.get('token')
  return token === null || token === '' ? undefined : token
}

function refusal(error: unknown, headers: Readonly<Record<string, string>>): SandboxResponse {
  if (!(error instanceof SlackError)) throw error
  return answer({ ok: false, error: error.code, ...error.extra }, headers)
}

/** A whole number of items, within bounds. @throws SlackError when it is not a number */
export function readLimit(text: string | null, usual: number, most: number): number {
  if (text === null || text === '') return Math.min(usual, most)
  if (!/^\d+$/.test(text) || Number(text) < 1) throw new SlackError('invalid_limit')
  return Math.min(Number(text), most)
}

/** `true` and `1`. */
export function isTrue(text: string | null): boolean {
  return text === 'true' || text === '1'
}
