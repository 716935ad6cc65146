import { wireId } from '@unioneyes/adapter-kit'
import { isoDateTime } from '@unioneyes/models'
import { z } from 'zod'
import { text } from './wire-parts.ts'

/** Where the choices of the company's list fields are. */
export const choicesPath = 'api/v1/meta/lists'

/** `GET /api/v1/meta/lists`: the list fields of the company with their choices. */
export const choiceLists = z.array(z.object({ alias: text, options: z.array(z.unknown()) }))

/** The choices of one list field, or undefined when the company has no such list. */
export function choicesOf(lists: z.output<typeof choiceLists>, alias: string): readonly unknown[] | undefined {
  return lists.find((list) => list.alias === alias)?.options
}

const time = isoDateTime.nullish()

/** One choice of a list field. */
export const choice = z.object({
  id: wireId(),
  name: z.string(),
  archived: text,
  createdDate: time,
  archivedDate: time,
})

/** What records made from choices have in common. An archived choice stays a record: the past of people refers to it. */
export function fromChoice({ archived, createdDate: createdAt, archivedDate: archivedAt }: z.output<typeof choice>) {
  return { active: archived !== 'yes', createdAt, archivedAt }
}
