import type { SandboxRoute } from './sandbox-definition.ts'

/** A route that a request met, with what its `{names}` stand for. */
export interface RouteMatch<State> {
  readonly route: SandboxRoute<State>
  readonly params: Readonly<Record<string, string>>
}

interface CompiledRoute<State> {
  readonly route: SandboxRoute<State>
  readonly pattern: RegExp
}

const PARAMETER = /\{(\w+)\}/g

/** Finds the route for a method and path. A literal path wins over one with `{names}`, whatever their order. */
export function createRouteTable<State>(
  routes: readonly SandboxRoute<State>[],
): (method: string, path: string) => RouteMatch<State> | undefined {
  const compiled = routes
    .toSorted((left, right) => parameterCount(left.path) - parameterCount(right.path))
    .map((route): CompiledRoute<State> => ({ route, pattern: compile(route.path) }))
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      if (route.method !== method) continue
      const match = pattern.exec(path)
      if (match) return { route, params: { ...match.groups } }
    }
    return undefined
  }
}

function parameterCount(path: string): number {
  return path.match(PARAMETER)?.length ?? 0
}

function compile(path: string): RegExp {
  const source = path
    .split(/(\{\w+\})/)
    .map((part) =>
      part.startsWith('{') ? `(?<${part.slice(1, -1)}>[^/]+)` : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .join('')
  return new RegExp(`^${source}$`)
}
