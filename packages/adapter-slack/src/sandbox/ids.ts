// Nine letters and digits, as many as the vendor's have; the space between two ids keeps guessed ones from being right.
const FIRST = 9_400_000_000_000
const PER_WORKSPACE = 100_000_000
const STEP = 97

/** The id of the n-th thing of a kind in a workspace: `C03BZK7Q2A1`. @param place the workspace's number */
export function toId(prefix: string, place: number, n: number): string {
  return `${prefix}0${(FIRST + place * PER_WORKSPACE + n * STEP).toString(36).toUpperCase()}`
}

/** Which thing an id stands for, or undefined when no id of these kinds in that workspace looks so. */
export function fromId(id: string, prefixes: string, place: number): number | undefined {
  const match = /^([A-Z])0([0-9A-Z]{9})$/.exec(id)
  if (!match?.[1] || !match[2] || !prefixes.includes(match[1])) return undefined
  const offset = Number.parseInt(match[2], 36) - FIRST - place * PER_WORKSPACE
  return offset >= 0 && offset < PER_WORKSPACE && offset % STEP === 0 ? offset / STEP : undefined
}
