/** The spellings in which a secret may turn up: as it is, percent-encoded, in hex, in base64 wherever it begins. */
export function spellingsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const spellings = new Set([
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    ...[0, 1, 2].flatMap((before) => base64Inside(bytes, before)),
  ])
  return [...spellings].filter((spelling) => spelling.length >= 4)
}

/** The part of the base64 text that is the same whatever stands around the bytes, so many of them in front. */
function base64Inside(bytes: Buffer, before: number): string[] {
  const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
  const from = Math.ceil((before * 8) / 6)
  const to = Math.floor(((before + bytes.length) * 8) / 6)
  const inside = encoded.slice(from, to)
  return [inside, inside.replace(/\+/g, '-').replace(/\//g, '_')]
}

/** Every text of four characters or more in a value, at any depth. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 4 ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
