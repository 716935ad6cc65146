import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { applyOverlay, parseOverlay } from './support/overlay.ts'
import type { OverlayAction } from './support/overlay.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

function overlayOf(...actions: readonly Record<string, unknown>[]): string {
  return JSON.stringify({ overlay: '1.0.0', info: { title: 'A trial', version: '1' }, actions })
}

const proven = { description: 'It says so.', 'x-cites': ['recorded GET /a 2026-06-01'] }

function act(...actions: readonly Partial<OverlayAction>[]) {
  return { actions: actions.map((action) => ({ target: '$.paths', ...proven, ...action })) }
}

const document = {
  openapi: '3.1.0',
  paths: {
    '/a': {
      get: {
        parameters: [
          { name: 'from', in: 'query', schema: { type: 'integer' } },
          { name: 'to', in: 'query' },
        ],
      },
    },
  },
}

describe('overlays of the adapters', () => {
  const files = globSync('packages/*/test/contract/overlay.yaml', { cwd: root })
  test('there is one at least', () => {
    expect(files).toContain('packages/adapter-bamboohr/test/contract/overlay.yaml')
  })
  for (const file of files) {
    test(`${file} cites the proof of everything`, () => {
      expect(() => parseOverlay(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'))).not.toThrow()
    })
  }
})

describe('an overlay', () => {
  test('without a citation is refused', () => {
    const bare = { target: '$.paths', description: 'We like it better so.', update: {} }
    expect(() => parseOverlay(overlayOf(bare))).toThrow('x-cites')
    expect(() => parseOverlay(overlayOf({ ...bare, 'x-cites': [] }))).toThrow('cite the recording or vendor text')
    expect(() => parseOverlay(overlayOf({ ...bare, 'x-cites': ['our sandbox does so'] }))).toThrow(
      'a citation begins with openapi, documentation, client, recorded or sheet',
    )
    expect(() => parseOverlay(overlayOf({ ...bare, ...proven, description: ' ' }))).toThrow('say what is wrong')
    expect(parseOverlay(overlayOf({ ...bare, ...proven })).actions).toHaveLength(1)
  })

  test('does one thing an action', () => {
    const both = { target: '$.paths', ...proven, update: {}, remove: true }
    expect(() => parseOverlay(overlayOf(both))).toThrow('either an update or a removal')
    expect(() => parseOverlay(overlayOf({ target: '$.paths', ...proven }))).toThrow('either an update or a removal')
  })

  test('must say the same of routes that it lists as outside of the specification', () => {
    const text = { overlay: '1.0.0', info: { title: 'A trial', version: '1' }, actions: [] }
    expect(() => parseOverlay(JSON.stringify({ ...text, 'x-outside': [{ route: 'POST /token' }] }))).toThrow('x-cites')
  })

  test('merges objects, adds to lists, replaces the rest, and leaves the document as it was', () => {
    const before = structuredClone(document)
    const changed = applyOverlay(
      document,
      act(
        {
          target: "$.paths['/a'].get.parameters[?@.name=='from']",
          update: { schema: { type: 'string' }, explode: false },
        },
        { target: "$.paths['/a'].get.parameters", update: { name: 'sort', in: 'query' } },
        { target: '$.openapi', update: '3.0.3' },
      ),
    )
    expect(changed).toEqual({
      openapi: '3.0.3',
      paths: {
        '/a': {
          get: {
            parameters: [
              { name: 'from', in: 'query', schema: { type: 'string' }, explode: false },
              { name: 'to', in: 'query' },
              { name: 'sort', in: 'query' },
            ],
          },
        },
      },
    })
    expect(document).toEqual(before)
  })

  test('removes a property, and an item of a list', () => {
    const changed = applyOverlay(
      document,
      act(
        { target: "$.paths['/a'].get.parameters[0]", remove: true },
        { target: "$.paths['/a'].get.parameters[0].in", remove: true },
      ),
    )
    expect(changed.paths).toEqual({ '/a': { get: { parameters: [{ name: 'to' }] } } })
  })

  test('of which an action no longer changes anything is refused', () => {
    const parameter = "$.paths['/a'].get.parameters[?@.name=='from']"
    const integer = { target: parameter, update: { schema: { type: 'integer' } } }
    expect(() => applyOverlay(document, act(integer))).toThrow(`${parameter} changes nothing`)
    const there = { target: "$.paths['/a'].get.parameters", update: [{ name: 'to', in: 'query' }] }
    expect(() => applyOverlay(document, act(there))).toThrow('changes nothing')
  })

  test('of which an action no longer finds its place is refused', () => {
    for (const target of [
      "$.paths['/b']",
      "$.paths['/a'].get.parameters[2]",
      "$.paths['/a'].get.parameters[?@.name=='x']",
    ]) {
      expect(() => applyOverlay(document, act({ target, remove: true }))).toThrow(`${target} selects nothing`)
    }
  })

  test('with a target that is not understood is refused', () => {
    for (const target of ['paths', '$', '$..paths', '$.paths[*]', "$.paths['/a'", '$.paths.']) {
      expect(() => applyOverlay(document, act({ target, remove: true }))).toThrow('is not understood')
    }
  })
})
