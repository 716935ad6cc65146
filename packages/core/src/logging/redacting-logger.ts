import { silentLogger } from '../ports/logger.ts'
import type { LogFields, LogLevel, Logger } from '../ports/logger.ts'
import { KnownSecrets } from './known-secrets.ts'
import { redactText } from './redact-text.ts'
import { boundedText, redactValue } from './redact-value.ts'

/** A logger that lets no secret through. */
export interface RedactingLogger extends Logger {
  /** Takes credentials that must not be seen from now on, whatever they look like: every text and number in the value. */
  learn(credentials: unknown): void
  /** A text as it would be logged: for what is kept of somebody else's error outside a log. */
  redact(text: string): string
}

/** What a {@link redactingLogger} knows from the start. */
export interface RedactingLoggerOptions {
  /** Credentials that must not be seen. */
  readonly secrets?: unknown
  /** Another redacting logger: what it knows and learns counts here too. */
  readonly like?: Logger | undefined
}

/**
 * Puts a guard before a logger: fields named like secrets (`apiKey`, `authorization`, …), anything that looks like one (bearer
 * tokens, URL queries, private keys) and every credential it has learned come out as `[redacted]`, at any depth, in errors and
 * their causes too. Lines are bounded, cycles and unreadable objects do no harm. {@link createIntegrations} puts it before
 * the logger it is given.
 */
export function redactingLogger(logger: Logger, options: RedactingLoggerOptions = {}): RedactingLogger {
  const { secrets, like } = options
  const known = like instanceof Guard ? like.secrets : new KnownSecrets()
  const guard = logger instanceof Guard && like === undefined ? logger : new Guard(logger, known)
  guard.learn(secrets)
  return guard
}

class Guard implements RedactingLogger {
  readonly secrets: KnownSecrets
  readonly #logger: Logger

  constructor(logger: Logger, secrets: KnownSecrets) {
    this.#logger = logger
    this.secrets = secrets
  }

  learn(credentials: unknown): void {
    this.secrets.learn(credentials)
  }

  debug(fields: LogFields, message: string): void {
    this.#write('debug', fields, message)
  }

  info(fields: LogFields, message: string): void {
    this.#write('info', fields, message)
  }

  warn(fields: LogFields, message: string): void {
    this.#write('warn', fields, message)
  }

  error(fields: LogFields, message: string): void {
    this.#write('error', fields, message)
  }

  isLevelEnabled(level: LogLevel): boolean {
    return this.#logger !== silentLogger && this.#logger.isLevelEnabled?.(level) !== false
  }

  #write(level: LogLevel, fields: LogFields, message: string): void {
    if (!this.isLevelEnabled(level)) return
    const clean = redactValue(fields, this.#clean)
    this.#logger[level](isFields(clean) ? clean : { fields: clean }, this.redact(message))
  }

  redact(text: string): string {
    return boundedText(text, this.#clean)
  }

  readonly #clean = (text: string): string => redactText(this.secrets.redact(text))
}

const isFields = (value: unknown): value is LogFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
