import { IntegrationError, checkSchema } from '@unioneyes/core'
import type { IntegrationConfig, IntegrationContext, StandardSchema } from '@unioneyes/core'
import type { z } from 'zod'
import type { ApiDefinition } from './api-definition.ts'
import { limitsOf } from './declared-limit.ts'
import type { Api } from './define-api.ts'
import { BoundHttp } from './http/bound-http.ts'
import { pinHosts } from './http/host-pins.ts'
import { Redactor } from './http/redact.ts'
import { createSigner, secretsOf } from './oauth/signer.ts'
import type { Session } from './session.ts'

const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_MAX_RESPONSE_BYTES = 32 * 1024 * 1024

/**
 * Turns the definition of an API and the configuration of one connection into a session. Sends nothing.
 *
 * @throws IntegrationError CONFIG_INVALID when credentials or settings do not fit the definition.
 */
export async function openSession<C extends z.ZodObject, S extends z.ZodObject>(
  api: Api<C, S>,
  config: IntegrationConfig,
  context: IntegrationContext,
): Promise<Session<z.output<S>>> {
  const { definition } = api
  const { key } = context
  // Checked here too: what names a host must have passed its schema, whoever made the integration.
  const credentials = await checked<z.output<C>>(
    definition.credentials,
    config.credentials,
    'credentials',
    key.provider,
  )
  const settings = await checked<z.output<S>>(definition.settings, config.settings, 'settings', key.provider)
  // Loaded when a connection is made, so that an app which only lists its adapters does not pay for it.
  const [{ default: ky }, { RequestPipeline }] = await Promise.all([import('ky'), import('./http/request-pipeline.ts')])
  const { baseUrl, auth } = definition
  const pins = pinHosts({
    provider: key.provider,
    baseUrl: typeof baseUrl === 'function' ? baseUrl(settings) : baseUrl,
    hosts: definition.hosts ?? [],
    override: context.baseUrl,
  })
  const redactor = new Redactor(secretsOf(credentials))
  const pipeline = new RequestPipeline({
    ky,
    key,
    pins,
    clock: context.clock,
    logger: context.logger,
    budgets: context.budgets,
    maxWaitMs: context.maxWaitMs,
    random: Math.random,
    ...speedOf(definition, settings, key.provider),
    redactor,
    signer: createSigner({ auth, credentials, settings, context, pins, redactor }),
    headers: definition.headers ?? {},
    throttled: definition.throttled,
    readError: definition.readError,
    errorsInSuccess: definition.errorsInSuccess ?? false,
    timeoutMs: definition.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxResponseBytes: definition.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
    retry: definition.retry ?? {},
  })
  return { key, settings, http: (binding) => new BoundHttp(pipeline, binding) }
}

function speedOf<C extends z.ZodObject, S extends z.ZodObject>(
  { rateLimit, concurrency }: ApiDefinition<C, S>,
  settings: z.output<S>,
  provider: string,
) {
  const limits = limitsOf(rateLimit, settings)
  // Nothing would ever be sent, and nobody would learn why.
  if ([concurrency ?? 1, ...limits.map(({ requests }) => requests)].every((most) => most >= 1)) {
    return { limits, concurrency }
  }
  const message = `The ${provider} adapter declares a limit below one request. Correct \`rateLimit\` or \`concurrency\` in its api.`
  throw new IntegrationError('CONFIG_INVALID', message, { provider })
}

async function checked<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  what: 'credentials' | 'settings',
  provider: string,
): Promise<Output> {
  const result = await checkSchema(schema, value)
  if (!result.issues) return result.value
  throw new IntegrationError(
    'CONFIG_INVALID',
    `The ${what} of ${provider} do not fit: ${result.issues.join('; ')}. Save the connection again.`,
    { provider, issues: result.issues },
  )
}
