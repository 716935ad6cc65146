import { z } from 'zod'

/** Where a letter or a parcel goes. A part is absent when the provider does not know it; never null. */
export const postalAddress = z.object({
  /** `billing`: for invoices and letters; `shipping`: for goods; `other`: anything else, such as where the office is. */
  kind: z.enum(['billing', 'shipping', 'other']),
  /** Names, street, unit and whatever else stands above the city, one line each and in order. */
  lines: z.array(z.string()).optional(),
  /** The city, town or village. */
  city: z.string().optional(),
  /** The province, state or region, as the provider wrote it: `ON`, `Ontario`. */
  region: z.string().optional(),
  /** The postal code, as the provider wrote it. */
  postalCode: z.string().optional(),
  /** The country, as the provider wrote it: `CA`, `CAN`, `Canada`. */
  country: z.string().optional(),
})

/** Where a letter or a parcel goes. */
export type PostalAddress = z.infer<typeof postalAddress>
