/** What looks like a secret wherever it stands, and what is written instead. */
const PATTERNS: readonly (readonly [what: RegExp, instead: string])[] = [
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g, '[redacted]'],
  // What the vault seals is useless without its key, and still nobody's business.
  [/\bsealed\.v\d+\.[\w.-]+/g, '[sealed]'],
  // A JSON web token.
  [/\beyJ[\w-]{6,}\.[\w-]+\.[\w-]*/g, '[redacted]'],
  [/\b(proxy-authorization|authorization|set-cookie|cookie)(["']?\s{0,4}[:=]\s{0,4}["']?)[^\n"']*/gi, '$1$2[redacted]'],
  // The word after the scheme is a credential only when it does not read like a word.
  [/\b(bearer|basic)\s+(?=\S*[\d=._+/-])[\w.~+/=-]{6,}/gi, '$1 [redacted]'],
  // Whoever may call a URL by its query may call it again.
  [/\?[\w.~%[\]-]{1,80}=[^\s"'<>)]*/g, '?[redacted]'],
  [/(\/\/)[^\s/@"']{1,400}@/g, '$1[redacted]@'],
  [
    /\b([\w-]{0,40}(?:passw(?:or)?d|passphrase|secret|api[_-]?key|private[_-]?key|(?:access|refresh|auth|id)[_-]?token)[\w-]{0,40}["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"'&,;})\]]+/gi,
    '$1[redacted]',
  ],
  [/\b(token["']?=["']?)[^\s"'&,;})\]]+/gi, '$1[redacted]'],
]

/** A text without anything that looks like a secret: tokens, signed headers, URL queries, private keys. */
export function redactText(text: string): string {
  let clean = text
  for (const [what, instead] of PATTERNS) clean = clean.replace(what, instead)
  return clean
}

// Names of which everything is a secret, once signs and case are taken away.
const SECRET_NAME =
  /passw(?:or)?d|passphrase|secret|token|apikey|authorization|cookie|credential|privatekey|accesskey|vaultkey|signature|bearer|jwt|assertion/
const SECRET_NAMES: ReadonlySet<string> = new Set(['auth', 'pass', 'pwd', 'pin', 'otp', 'sin', 'ssn'])

/** Whether a field of this name holds a secret, whatever its value looks like. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return SECRET_NAMES.has(plain) || SECRET_NAME.test(plain)
}
