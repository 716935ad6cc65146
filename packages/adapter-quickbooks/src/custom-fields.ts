import { z } from 'zod'
import { code, decimal, flag, given, text } from './wire-parts.ts'

/** The company's own fields of an object. */
export const customField = z
  .array(
    z.object({
      ...{ DefinitionId: code, Name: text },
      ...{ StringValue: text, NumberValue: decimal, DateValue: text, BooleanValue: flag },
    }),
  )
  .nullish()

/**
 * The company's own fields under the names that the settings give them; undefined where none has a value.
 *
 * @param names our name to QuickBooks' name or DefinitionId of the field
 */
export function customFieldsOf(
  fields: z.output<typeof customField>,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, string | boolean>> | undefined {
  const found = Object.entries(names).flatMap(([ours, theirs]) => {
    const field =
      fields?.find(({ DefinitionId }) => given(DefinitionId) === theirs) ?? fields?.find(({ Name }) => Name === theirs)
    const value = field?.StringValue ?? field?.NumberValue ?? field?.DateValue ?? field?.BooleanValue
    return value === null || value === undefined ? [] : [[ours, value] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}
