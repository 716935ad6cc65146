import { IntegrationError } from './integration-error.ts'

/**
 * Refuses names that could only be mistakes, such as an organization id that is undefined and would match every row. Any
 * other text is safe, because stores bind names as parameters.
 *
 * @throws IntegrationError CONFIG_INVALID for a blank name, one longer than 255 characters, or one that UTF-8 cannot tell apart.
 */
export function checkNames<Names extends object>(names: Names): Names {
  for (const [name, value] of Object.entries(names)) {
    const text: unknown = value
    const fits = typeof text === 'string' && text.trim() !== '' && text.length <= 255 && !text.includes('\0')
    // Databases store UTF-8, in which all halves of broken pairs become one and the same replacement character.
    if (!fits || !text.isWellFormed()) {
      throw new IntegrationError(
        'CONFIG_INVALID',
        `The ${name} of a connection is a text of 1 to 255 characters that is not blank.`,
      )
    }
  }
  return names
}
