import type { SchemaIssue, StandardSchema } from '../../src/standard-schema.ts'

/**
 * A schema for an object of texts, written by hand to show that core needs no validation library: `undefined` makes a
 * field required, a text is its default. Unknown fields are left out.
 */
export function textFields<const Fields extends Readonly<Record<string, string | undefined>>>(
  fields: Fields,
): StandardSchema<unknown, { readonly [Name in keyof Fields]: string }> {
  type Output = { readonly [Name in keyof Fields]: string }
  const names = Object.keys(fields) as (keyof Fields & string)[]
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate(value) {
        const given: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {}
        const issues: SchemaIssue[] = []
        const entries = names.map((name) => {
          const text = given[name] ?? fields[name]
          if (typeof text !== 'string') issues.push({ message: 'expected a text', path: [name] })
          return [name, text] as const
        })
        return issues.length > 0 ? { issues } : { value: Object.fromEntries(entries) as Output }
      },
    },
  }
}
