/**
 * The part of Standard Schema (https://standardschema.dev) that core needs, so that it accepts any validation library
 * without depending on one.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a Standard Schema's `validate` returns. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

/** One thing wrong with a value. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type a Standard Schema produces. */
export type SchemaOutput<S extends StandardSchema<unknown, unknown>> = NonNullable<S['~standard']['types']>['output']

/** Validates a value; gives the parsed value or one readable line per issue, never the value itself (it may be secret). */
export async function checkSchema<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Promise<{ value: Output; issues?: undefined } | { issues: string[] }> {
  const result = await schema['~standard'].validate(value)
  return result.issues ? { issues: result.issues.map(describeIssue) } : { value: result.value }
}

/** An issue as `path: message`. */
export function describeIssue(issue: SchemaIssue): string {
  const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
  return path === '' ? issue.message : `${path}: ${issue.message}`
}
