/** Cuts what came in one answer into pages of at most so many items; nothing makes one empty page. */
export function inPages<T>(items: readonly T[], size: number): (readonly T[])[] {
  const count = Math.max(1, Math.ceil(items.length / size))
  return Array.from({ length: count }, (_, page) => items.slice(page * size, (page + 1) * size))
}
