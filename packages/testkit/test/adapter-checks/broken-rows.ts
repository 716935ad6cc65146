import { AcmeIntegration } from './acme-adapter.ts'
import { property } from './acme-requests.ts'
import type { AcmeAnswer } from './acme-requests.ts'
import { broken } from './gallery.ts'

/** Adapters that read rows wrongly. */
export const brokenRows = [
  broken(
    'field-missing',
    'relies on a field',
    class extends AcmeIntegration {
      override textOf(raw: unknown, name: string, issues: string[]) {
        if (property(raw, name) === undefined) issues.push(`${name}: is missing`)
        return super.textOf(raw, name, issues)
      }
    },
  ),
  broken(
    'field-null',
    'writes null as text',
    class extends AcmeIntegration {
      override textOf(raw: unknown, name: string, issues: string[]) {
        return property(raw, name) === null ? 'null' : super.textOf(raw, name, issues)
      }
    },
  ),
  broken(
    'field-new',
    'refuses rows with a field that it does not know',
    class extends AcmeIntegration {
      override readRow(raw: unknown) {
        const known = ['id', 'first_name', 'badge', 'hired_on', 'seen_at', 'updated_at', 'gone']
        const strange = Object.keys(raw ?? {}).filter((name) => !known.includes(name))
        return strange.length > 0 ? { kind: 'invalid' as const, issues: ['unknown field'] } : super.readRow(raw)
      }
    },
  ),
  broken(
    'field-type',
    'forces everything into text',
    class extends AcmeIntegration {
      override textOf(raw: unknown, name: string) {
        const value = property(raw, name)
        return value === undefined || value === null
          ? undefined
          : typeof value === 'string'
            ? value
            : JSON.stringify(value)
      }
    },
  ),
  broken(
    'field-type',
    'drops rows that do not fit',
    class extends AcmeIntegration {
      override itemsOf(answer: AcmeAnswer) {
        return super
          .itemsOf(answer)
          .filter((item) => this.idOf(item) === undefined || this.readRow(item).kind !== 'invalid')
      }
    },
  ),
  broken(
    'no-id',
    'drops rows without an id',
    class extends AcmeIntegration {
      override itemsOf(answer: AcmeAnswer) {
        return super.itemsOf(answer).filter((item) => this.idOf(item) !== undefined)
      }
    },
  ),
  broken(
    'big-number',
    'reads numbers as doubles',
    class extends AcmeIntegration {
      override parseText(text: string): unknown {
        return JSON.parse(text)
      }
      override numberOf(raw: unknown, name: string) {
        const value = property(raw, name)
        return typeof value === 'number' ? String(value) : undefined
      }
    },
  ),
  broken(
    'unicode',
    'reads bytes as Latin letters',
    class extends AcmeIntegration {
      override decode(bytes: Buffer) {
        return bytes.toString('latin1')
      }
    },
  ),
  broken(
    'unicode',
    'normalizes text',
    class extends AcmeIntegration {
      override decode(bytes: Buffer) {
        return super.decode(bytes).normalize('NFC')
      }
    },
  ),
  broken(
    'day',
    'moves days into its own time zone',
    class extends AcmeIntegration {
      override dayOf(text: string | undefined) {
        return text === undefined ? undefined : new Date(`${text}T00:00:00`).toISOString().slice(0, 10)
      }
    },
  ),
  broken(
    'moment',
    'lets the machine guess a time zone',
    class extends AcmeIntegration {
      override momentOf(text: string | undefined) {
        return text === undefined ? undefined : new Date(text).toISOString()
      }
    },
  ),
  broken(
    'moment',
    'cuts the offset off',
    class extends AcmeIntegration {
      override momentOf(text: string | undefined) {
        return super.momentOf(text?.slice(0, 19))
      }
    },
  ),
  broken(
    'alike-ids',
    'tidies identifiers up',
    class extends AcmeIntegration {
      override idOf(raw: unknown) {
        return super.idOf(raw)?.replace(/^0+/, '')
      }
    },
  ),
]
