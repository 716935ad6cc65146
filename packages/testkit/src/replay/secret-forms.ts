/** What must not be in a fixture in any notation. */
export interface SecretForms {
  /** Whether a text holds one of them. */
  isIn(text: string): boolean
}

// Shorter ones are found by chance in anything.
const SHORTEST = 4
const SHORTEST_CODED = 6

/** Collects every text inside `secrets`, in every notation in which a request or an answer may hold it. */
export function secretForms(secrets: unknown): SecretForms {
  const forms = [
    ...new Set(
      textsIn(secrets)
        .filter(({ length }) => length >= SHORTEST)
        .flatMap(formsOf),
    ),
  ]
  return { isIn: (text) => forms.some((form) => text.includes(form)) }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const coded = [
    ...[0, 1, 2].flatMap((before) => base64Inside(bytes, before)),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ].filter(({ length }) => length >= SHORTEST_CODED)
  const query = new URLSearchParams({ s: secret }).toString().slice('s='.length)
  return [secret, encodeURIComponent(secret), encodeURI(secret), query, JSON.stringify(secret).slice(1, -1), ...coded]
}

/** What base64 makes of the secret after so many other bytes, without the characters that depend on its neighbours. */
function base64Inside(bytes: Buffer, before: number): string[] {
  const coded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  const whole = Math.floor(((before + bytes.length) * 8) / 6)
  const inside = coded.slice(Math.ceil((before * 8) / 6), whole)
  return [inside, inside.replaceAll('+', '-').replaceAll('/', '_')]
}
