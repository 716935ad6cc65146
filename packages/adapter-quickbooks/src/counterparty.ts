import type { accounting } from '@unioneyes/models'
import type { z } from 'zod'
import { given } from './wire-parts.ts'
import type { ref } from './wire-parts.ts'

type Counterparty = accounting.Counterparty

// A job is a customer below another one.
const KINDS = new Map<string, Counterparty['kind']>([
  ['customer', 'customer'],
  ['job', 'customer'],
  ['vendor', 'vendor'],
  ['employee', 'employee'],
])

/** Whom a reference means; undefined where there is none. `type` is QuickBooks' word, in any case of letters. */
export function counterpartyOf(to: z.output<typeof ref>, type: string | null | undefined): Counterparty | undefined {
  const [id, name] = [given(to?.value), given(to?.name)]
  if (id === undefined && name === undefined) return undefined
  return { kind: KINDS.get(type?.toLowerCase() ?? '') ?? 'other', id, name }
}
