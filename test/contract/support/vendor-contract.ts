import { openGate } from './contract-gate.ts'
import type { GateExchange } from './contract-gate.ts'
import type { JsonObject } from './json-object.ts'
import { applyOverlay } from './overlay.ts'
import type { Overlay } from './overlay.ts'
import { prepareSpecification } from './prepare-specification.ts'
import { specifiedOperations } from './specified-operations.ts'
import { startPrism } from './start-prism.ts'

/** What stands on both sides of the proxy, and what both are held to. */
export interface VendorContractOptions {
  /** The vendor's specification, as parsed. */
  readonly specification: JsonObject
  /** Corrections of it, each with its proof. */
  readonly overlay?: Overlay | undefined
  /** The running sandbox. */
  readonly sandbox: { readonly url: string }
  /** The sandbox's routes: whatever else the specification holds is left out. */
  readonly routes: readonly { readonly method: string; readonly path: string }[]
  /** What the vendor's server URL has before every path: `/api.xro/2.0`. @default '' */
  readonly basePath?: string | undefined
}

/** One operation, and how often it was used. */
export interface UsedOperation {
  /** `GET /api/v1/employees`; of the specification, or a route that it is known to leave out. */
  readonly operation: string
  readonly count: number
  readonly statuses: readonly number[]
}

/** An adapter and a sandbox, held to the vendor's specification by a proxy that neither of them wrote. */
export interface VendorContract extends AsyncDisposable {
  /** Where the adapter has to go: with the base path, where there is one. */
  readonly baseUrl: string
  /** How long the proxy took to start, in milliseconds. */
  readonly startupMs: number
  /** Every operation used so far. */
  operations(): UsedOperation[]
  /** What violated the specification so far, a line each: operation, side, place, reason, how often. */
  violations(): string[]
  /** @throws Error listing all that {@link violations} does. */
  assertKept(): void
}

/** Puts the validating proxy in front of a sandbox. Close it when done; it also works with `await using`. */
export async function openVendorContract(options: VendorContractOptions): Promise<VendorContract> {
  const { specification, overlay, sandbox, routes, basePath = '' } = options
  const document = overlay ? applyOverlay(specification, overlay) : specification
  const find = specifiedOperations(prepareSpecification(document, () => true))
  const paths = new Set(routes.map(({ method, path }) => find(method, withoutBase(path, basePath))?.path))
  const outside = new Set(overlay?.['x-outside'].map(({ route }) => route))

  await using stack = new AsyncDisposableStack()
  const prism = stack.use(
    await startPrism(
      prepareSpecification(document, (path) => paths.has(path)),
      `${sandbox.url}${basePath}`,
    ),
  )
  const gate = stack.use(await openGate(prism.url, basePath))
  const owned = stack.move()

  const operationOf = ({ method, path }: GateExchange): string | undefined => {
    const route = `${method} ${path}`
    return find(method, path)?.name ?? (outside.has(route) ? route : undefined)
  }

  function violationsOf(exchange: GateExchange): string[] {
    const { method, path, query, findings } = exchange
    const name = operationOf(exchange)
    if (name === undefined) {
      return [`${method} ${path}: request: is no operation of the specification, and not listed as outside of it`]
    }
    const operation = find(method, path)
    if (!operation) return []
    return [
      ...[...new Set(query.keys())]
        .filter((key) => !operation.query.has(key))
        .map((key) => `${name}: request.query: the operation has no parameter '${key}'`),
      ...findings.map(({ location, message }) => `${name}: ${placeOf(location)}: ${reasonOf(message)}`),
    ]
  }

  const violations = (): string[] => {
    const counts = new Map<string, number>()
    for (const line of gate.exchanges.flatMap(violationsOf)) counts.set(line, (counts.get(line) ?? 0) + 1)
    return [...counts].map(([line, count]) => (count === 1 ? line : `${line} (${count} times)`))
  }

  return {
    baseUrl: gate.url,
    startupMs: prism.startupMs,
    operations() {
      const used = Map.groupBy(
        gate.exchanges,
        (exchange) => operationOf(exchange) ?? `${exchange.method} ${exchange.path}`,
      )
      return [...used]
        .map(([operation, exchanges]) => {
          const statuses = new Set(exchanges.flatMap(({ status }) => status ?? []))
          return { operation, count: exchanges.length, statuses: [...statuses].sort() }
        })
        .toSorted((left, right) => left.operation.localeCompare(right.operation))
    },
    violations,
    assertKept() {
      const lines = violations()
      if (lines.length > 0) throw new Error(`The vendor's specification is violated:\n  ${lines.join('\n  ')}`)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The same place in every row of a list, or under every number or day of a map, is one place. */
function placeOf(location: readonly string[]): string {
  return location.map((part) => (/^\d[\d-]*$/.test(part) ? '*' : part)).join('.')
}

/** The proxy's reason without the place, which it repeats. */
function reasonOf(message: string): string {
  return message.replace(/^(?:Request|Response) \w+ (?:(?:parameter|property) \S+ )?/, '')
}

/** The routes of a sandbox that the specification does not have. */
export function routesOutside(
  specification: JsonObject,
  routes: readonly { readonly method: string; readonly path: string }[],
  basePath = '',
): string[] {
  const find = specifiedOperations(specification)
  return routes
    .map(({ method, path }) => ({ method, path: withoutBase(path, basePath) }))
    .filter(({ method, path }) => !find(method, path))
    .map(({ method, path }) => `${method} ${path}`)
}

const withoutBase = (path: string, basePath: string): string =>
  path.startsWith(basePath) ? path.slice(basePath.length) : path
