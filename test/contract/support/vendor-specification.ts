import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'vitest'
import { parse } from 'yaml'
import { isObject } from './json-object.ts'
import type { JsonObject } from './json-object.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * A vendor's specification, from the folder that `VENDOR_SPECS_DIR` names (`../shared/specs` beside the repository when unset):
 * specifications are not ours to copy. Without the file the test is skipped and says why; with `REQUIRE_VENDOR_SPECS=1`,
 * as in continuous integration, it fails instead.
 */
export function vendorSpecification(
  test: Pick<TestContext, 'skip'>,
  file: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): JsonObject {
  const path = join(resolve(root, environment.VENDOR_SPECS_DIR ?? '../shared/specs'), file)
  if (!existsSync(path)) {
    const reason = `the vendor's specification ${file} is not there; VENDOR_SPECS_DIR names the folder that holds it`
    if (environment.REQUIRE_VENDOR_SPECS === '1') throw new Error(`REQUIRE_VENDOR_SPECS is set, and ${reason}.`)
    console.warn(`Skipped: ${reason}.`)
    test.skip(reason)
  }
  return parseSpecification(readFileSync(path, 'utf8'), file)
}

/** An OpenAPI document in YAML or JSON. @throws Error when it is none, or refers to anything outside itself. */
export function parseSpecification(text: string, name: string): JsonObject {
  const document: unknown = parse(text, { maxAliasCount: -1 })
  if (!isObject(document) || !isObject(document.paths)) throw new Error(`${name} is not an OpenAPI document.`)
  // A validator would load such a reference from wherever it points: from another file, or over the network.
  const outside = referencesOf(document).find((reference) => !reference.startsWith('#/'))
  if (outside !== undefined) throw new Error(`${name} refers to ${outside}, which is outside of it.`)
  return document
}

/** Every `$ref` inside a value. */
export function referencesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf)
  if (!isObject(value)) return []
  const inside = Object.values(value).flatMap(referencesOf)
  return typeof value.$ref === 'string' ? [value.$ref, ...inside] : inside
}

/** What a local reference (`#/components/schemas/Employee`) stands for. */
export function resolveReference(document: JsonObject, reference: string): unknown {
  return reference
    .slice('#/'.length)
    .split('/')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, part) => (isObject(value) ? value[part] : undefined), document)
}
