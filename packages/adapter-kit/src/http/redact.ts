const SHORTEST_SECRET = 4
const MAX_LENGTH = 200

/** Makes text of a provider fit for a message: one short line, without control characters and without any credential. */
export type Redact = (text: string) => string

/** Builds the {@link Redact} of a connection from its credentials, whatever their shape. */
export function redactor(credentials: unknown): Redact {
  const secrets = new Set<string>()
  collect(credentials, secrets)
  // Longest first: a secret that contains another one goes as a whole.
  const ordered = [...secrets].sort((left, right) => right.length - left.length)
  return (text) => {
    let clean = text
    for (const secret of ordered) clean = clean.replaceAll(secret, '[redacted]')
    clean = clean.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
    return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH - 1)}…` : clean
  }
}

function collect(value: unknown, into: Set<string>): void {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) collect(part, into)
    return
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return
  const secret = String(value)
  if (secret.length < SHORTEST_SECRET) return
  into.add(secret)
  into.add(encodeURIComponent(secret))
  into.add(JSON.stringify(secret).slice(1, -1))
  into.add(Buffer.from(secret, 'utf8').toString('base64'))
}
