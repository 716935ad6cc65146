import { z } from 'zod'

/**
 * A calendar day without a time zone: `2024-02-29`. The shape is checked, not the calendar, because a format that counts
 * the days of months costs more than the rest of a record.
 */
export const isoDate = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'expected a date as YYYY-MM-DD')

/** A moment with its offset from UTC: `2024-02-29T08:30:00Z` or `2024-02-29T09:30:00.250+01:00`. */
export const isoDateTime = z
  .string()
  .regex(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/,
    'expected a date and time with an offset',
  )
