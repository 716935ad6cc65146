import { httpTelemetry } from '@unioneyes/adapter-kit'
import { syncTelemetry } from '@unioneyes/sync-engine'

/** What a package emits, as data: each one that emits anything exports such a table. */
export interface TelemetryTable {
  readonly scope: string
  readonly spans: Readonly<Record<string, Described & { readonly kind: string }>>
  readonly events: Readonly<Record<string, Described>>
  readonly metrics: Readonly<Record<string, Described & { readonly instrument: string; readonly unit: string }>>
  /** What each attribute holds. */
  readonly attributes: Readonly<Record<string, string>>
}

interface Described {
  readonly name: string
  readonly attributes: readonly string[]
  readonly says: string
}

/** The tables of every package that emits anything. */
export const telemetryTables: readonly TelemetryTable[] = [syncTelemetry, httpTelemetry]

/** What would make every row long is written once. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  connection: ['integration.organization.id', 'integration.provider', 'integration.connection.name'],
  counts: ['created', 'updated', 'unchanged', 'deleted', 'failed'].map((outcome) => `integration.records.${outcome}`),
}

/** The tables of `docs/observability.md`, between the marks `telemetry`. */
export function telemetryTable(): string {
  const rows = <T>(part: (table: TelemetryTable) => Readonly<Record<string, T>>): T[] =>
    telemetryTables.flatMap((table) => Object.values(part(table)))
  return [
    Object.entries(GROUPS)
      .map(([group, names]) => `*${group}* stands for ${names.map(code).join(', ')}.`)
      .join(' '),
    '### Spans',
    markdown(
      ['span', 'kind', 'what it is', 'attributes'],
      rows(({ spans }) => spans).map(({ name, kind, says, attributes }) => [
        code(name),
        kind,
        says,
        attributesOf(attributes),
      ]),
    ),
    '### Events of spans',
    markdown(
      ['event', 'what it is', 'attributes'],
      rows(({ events }) => events).map(({ name, says, attributes }) => [code(name), says, attributesOf(attributes)]),
    ),
    '### Metrics',
    markdown(
      ['metric', 'instrument', 'unit', 'what it is', 'attributes'],
      rows(({ metrics }) => metrics).map(({ name, instrument, unit, says, attributes }) => [
        ...[code(name), instrument, code(unit), says, attributesOf(attributes)],
      ]),
    ),
    '### Attributes',
    markdown(
      ['attribute', 'what it holds'],
      Object.entries(
        Object.assign({}, ...telemetryTables.map(({ attributes }) => attributes)) as TelemetryTable['attributes'],
      )
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([name, says]) => [code(name), says]),
    ),
  ].join('\n\n')
}

const code = (text: string): string => `\`${text}\``

function attributesOf(names: readonly string[]): string {
  const groups = Object.entries(GROUPS).filter(([, all]) => all.every((name) => names.includes(name)))
  const grouped = groups.flatMap(([, all]) => all)
  return [...groups.map(([group]) => `*${group}*`), ...names.filter((name) => !grouped.includes(name)).map(code)].join(
    ', ',
  )
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
