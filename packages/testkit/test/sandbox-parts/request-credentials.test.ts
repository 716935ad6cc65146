import fc from 'fast-check'
import { expect, test } from 'vitest'
import { basicCredentials, bearerToken } from '../../src/index.ts'
import type { SandboxRequest } from '../../src/index.ts'

const asking = (authorization?: string): SandboxRequest => ({
  method: 'GET',
  path: '/',
  query: new URLSearchParams(),
  headers: authorization === undefined ? {} : { authorization },
  params: {},
  body: new Uint8Array(),
  origin: '',
})

const encode = (text: string): string => Buffer.from(text).toString('base64')

test('user and password come back as they were; only the password may have colons', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(
      text.filter((user) => !user.includes(':')),
      text,
      fc.constantFrom('Basic', 'basic', 'BASIC'),
      (user, password, scheme) => {
        const request = asking(`${scheme} ${encode(`${user}:${password}`)}`)
        expect(basicCredentials(request)).toEqual({ user, password })
        expect(bearerToken(request)).toBeUndefined()
      },
    ),
  )
  expect(basicCredentials(asking(`Basic ${encode('key:a:b:')}`))).toEqual({ user: 'key', password: 'a:b:' })
  expect(basicCredentials(asking(`Basic ${encode('key')}`))).toEqual({ user: 'key', password: '' })
})

test('a bearer token is read whatever the case of its scheme', () => {
  for (const scheme of ['Bearer', 'bearer']) expect(bearerToken(asking(`${scheme} abc`))).toBe('abc')
  expect(basicCredentials(asking('Bearer abc'))).toBeUndefined()
})

test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic', 'Basic ', 'Digest abc', 'abc'])('%j has neither', (given) => {
  expect(bearerToken(asking(given))).toBeUndefined()
  expect(basicCredentials(asking(given))).toBeUndefined()
})
