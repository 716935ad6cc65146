import { toJsonText } from '@unioneyes/core'
import { jsonResponse } from '@unioneyes/testkit'
import type { SandboxDialect, SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import type { BamboohrSandboxOptions } from './options.ts'

/** A refusal of the older endpoints: the reason stands in a header, the body is empty. */
export function legacyError(status: number, message: string): SandboxResponse {
  return { status, headers: { 'x-bamboohr-error-message': message } }
}

/** A refusal of `GET /api/v1/employees`. Specification: schema Employee-StringCodeErrorResponse-V1. */
export function codedError(status: number, code: string, message: string): SandboxResponse {
  return jsonResponse({ error: { code, message } }, status)
}

/** A refusal of the dataset endpoints: RFC 7807. Specification: schema ProblemDetailsResponse. */
export function problem(status: number, code: string, detail: string): SandboxResponse {
  return jsonResponse({ type: 'about:blank', title: PROBLEM_TITLES[status] ?? 'Error', status, detail, code }, status, {
    'content-type': 'application/problem+json',
  })
}

const PROBLEM_TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
}

/** An answer of an older endpoint: JSON for those who ask for it, XML for everyone else (sheet: Base URL). */
export function jsonOrXml(request: SandboxRequest, root: string, value: unknown): SandboxResponse {
  if (request.headers.accept?.includes('application/json') || request.query.get('format') === 'json') {
    return jsonResponse(value)
  }
  return {
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body: `<?xml version="1.0"?>\n${toXml(root, value)}\n`,
  }
}

function toXml(name: string, value: unknown): string {
  const tag = /^[A-Za-z_]\w*$/.test(name) ? name : 'item'
  const inside = Array.isArray(value)
    ? value.map((item) => toXml('item', item)).join('')
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
          .map(([key, item]) => toXml(key, item))
          .join('')
      : escapeXml(typeof value === 'string' ? value : value === null || value === undefined ? '' : toJsonText(value))
  return `<${tag}>${inside}</${tag}>`
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

/** How the vendor refuses what has no route of its own, and too many requests (sheet: Limits). */
export function createDialect(options: BamboohrSandboxOptions): Partial<SandboxDialect> {
  return {
    throttled: (retryAfter) => ({
      status: options.throttling ?? 429,
      headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    }),
    failed: (status, request) =>
      request.path.includes('/datasets')
        ? problem(status, 'INTERNAL_ERROR', 'An unexpected error occurred.')
        : legacyError(status, 'An unexpected error occurred.'),
    notFound: () => legacyError(404, 'Not found'),
  }
}
