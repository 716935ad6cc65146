/** Lists of names: what is not active is hidden in them, unless the query asks for it. */
const HIDING = new Set(['Account', 'Customer'])

/** Whether a type is a list of names, of which the inactive ones are hidden. */
export const hidesInactive = (type: string): boolean => HIDING.has(type)

const EVERY_STATE = 'Active in (true, false)'

/** The query for one page of the objects of a type, in the order of their last change. */
export function selectChanged(
  type: string,
  page: { readonly since: string | undefined; readonly at: number; readonly size: number },
): string {
  const { since, at, size } = page
  const conditions = [
    ...(hidesInactive(type) ? [EVERY_STATE] : []),
    ...(since === undefined ? [] : [`MetaData.LastUpdatedTime >= ${quoted(since)}`]),
  ]
  return `${selectWhere(type, conditions)} orderby MetaData.LastUpdatedTime startposition ${String(at)} maxresults ${String(size)}`
}

/** The query for objects of a type by their ids, of which there may be a thousand. */
export function selectIds(type: string, ids: readonly string[]): string {
  const conditions = [...(hidesInactive(type) ? [EVERY_STATE] : []), `Id in (${ids.map(quoted).join(', ')})`]
  return `${selectWhere(type, conditions)} maxresults 1000`
}

function selectWhere(type: string, conditions: readonly string[]): string {
  return `select * from ${type}${conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`}`
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
