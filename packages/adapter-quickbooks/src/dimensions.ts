import type { accounting } from '@unioneyes/models'
import type { z } from 'zod'
import { given } from './wire-parts.ts'
import type { ref } from './wire-parts.ts'

type Ref = z.output<typeof ref>

/** What something may be sorted by. */
interface Sorted {
  readonly ClassRef?: Ref
  /** What the pages of QuickBooks call a location. */
  readonly DepartmentRef?: Ref
  readonly ProjectRef?: Ref
}

/** What something is sorted by; undefined where it is by nothing. */
export function dimensionsOf({ ClassRef, DepartmentRef, ProjectRef }: Sorted): accounting.Dimension[] | undefined {
  const found = [
    toDimension('Class', ClassRef),
    toDimension('Department', DepartmentRef),
    toDimension('Project', ProjectRef),
  ]
  return found.some((some) => some.length > 0) ? found.flat() : undefined
}

function toDimension(type: string, to: Ref): accounting.Dimension[] {
  const [id, name] = [given(to?.value), given(to?.name)]
  return id === undefined && name === undefined ? [] : [{ type, id, name }]
}
