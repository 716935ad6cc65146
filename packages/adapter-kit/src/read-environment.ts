import { IntegrationError, describeIssue } from '@unioneyes/core'
import type { AnyAdapter, CredentialsOf, SettingsOf, StandardSchema } from '@unioneyes/core'

/** A connection's credentials and settings, as an adapter asks for them. */
export interface EnvironmentConnection<A extends AnyAdapter> {
  readonly credentials: CredentialsOf<A>
  readonly settings: SettingsOf<A>
}

/**
 * Reads the app's own connection from the environment variables that the adapter names (`adapter.env`): ready for
 * `integrations.connections.save`.
 *
 * @param environment @default process.env
 * @throws IntegrationError CONFIG_INVALID naming each variable that is missing or does not fit; never its value.
 */
export function readEnvironment<A extends AnyAdapter>(
  adapter: A,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EnvironmentConnection<A> {
  const { env = {}, provider } = adapter
  const settingNames = propertiesOf(adapter.settings)
  const credentials: Record<string, string> = {}
  const settings: Record<string, string> = {}
  for (const [name, variable] of Object.entries(env)) {
    const value = environment[variable]
    if (value === undefined || value === '') continue
    const target = settingNames.has(name) ? settings : credentials
    target[name] = value
  }
  const issues = [...issuesOf(adapter.credentials, credentials, env), ...issuesOf(adapter.settings, settings, env)]
  if (issues.length > 0) {
    const message = `The environment does not hold a ${provider} connection: ${issues.join('; ')}.`
    throw new IntegrationError('CONFIG_INVALID', message, { provider, issues })
  }
  // Just checked by the adapter's own schemas, which is what the type stands for.
  return { credentials, settings } as unknown as EnvironmentConnection<A>
}

/** Names the variable beside the property, since that is what the reader can change. */
function issuesOf(
  schema: StandardSchema<unknown, unknown> | undefined,
  value: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): string[] {
  const result = schema?.['~standard'].validate(value)
  if (result === undefined) return []
  if (result instanceof Promise) return ['its schema answers late, which reading the environment cannot wait for']
  return (result.issues ?? []).map((issue) => {
    const first = issue.path?.[0]
    const name = String(typeof first === 'object' ? first.key : (first ?? ''))
    const variable = env[name]
    if (variable === undefined) return describeIssue(issue)
    return name in value ? `${variable}: ${issue.message}` : `${variable} is not set`
  })
}

// Zod objects tell their properties; of any other schema everything counts as a credential, the safe side.
function propertiesOf(schema: StandardSchema<unknown, unknown> | undefined): ReadonlySet<string> {
  if (schema === undefined || !('shape' in schema)) return new Set()
  const { shape } = schema
  return new Set(typeof shape === 'object' && shape !== null ? Object.keys(shape) : [])
}
