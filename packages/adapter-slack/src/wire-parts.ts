import { z } from 'zod'

/** Text, or nothing. */
export const text = z.string().nullish()

/** Yes or no, or nothing. */
export const flag = z.boolean().nullish()

/** A number, or nothing. */
export const number = z.number().nullish()

/** Ids, or nothing. */
export const ids = z.array(z.string()).nullish()

/** A text that is there: Slack writes an empty one, or null, for what is not. */
export const given = (value: string | null | undefined): string | undefined =>
  value === '' ? undefined : (value ?? undefined)

/** A list that is there, in the same way. */
export const filled = <T>(list: readonly T[] | null | undefined): T[] | undefined =>
  list && list.length > 0 ? [...list] : undefined
