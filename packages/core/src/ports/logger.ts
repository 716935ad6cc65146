/** Where log lines go. Shaped like pino, so a pino logger fits as it is. */
export interface Logger {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** Whether a line of this level would be written; spares the work on one that would not. @default every level is */
  isLevelEnabled?(level: LogLevel): boolean
}

/** The levels in use, the least important first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What a log line says beside its message. Never a secret, a query string, a header or a record. */
export type LogFields = Readonly<Record<string, unknown>>

/** The default: says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }
