import { property } from '@unioneyes/adapter-kit'
import type { Paginator } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'
import { z } from 'zod'
import { unknownPlace } from './by-time.ts'

const turn = z.object({
  /** Whose turn it is. */
  type: z.string(),
  /** Where its own listing goes on; at the beginning without it. */
  place: z.json().optional(),
})

/**
 * Pages of several types, one type after the other, each paged by itself. Its items are `{ type, row }`. The end is the end of
 * the last type.
 */
export function inTurn(types: readonly [string, ...string[]], each: Paginator): Paginator {
  const toTurn = (token: Json | undefined) => {
    const { data } = turn.safeParse(token ?? { type: types[0] })
    if (data === undefined || !types.includes(data.type)) throw unknownPlace()
    return data
  }
  return {
    position: (token) => {
      const { type, place } = toTurn(token)
      const { unsent, ...position } = each.position(place)
      return { ...position, unsent: { ...unsent, type } }
    },
    step: (answer) => {
      const { type, place } = toTurn(answer.token)
      if (answer.list.some((item) => property(item, 'type') !== type)) throw anotherType(type)
      const list = answer.list.map((item) => property(item, 'row'))
      const step = each.step({ ...answer, list, token: place })
      const { repeated } = step
      if (step.next !== undefined) return { next: { type, place: step.next }, repeated }
      const following = step.complete ? types[types.indexOf(type) + 1] : undefined
      return following === undefined ? step : { next: { type: following }, repeated }
    },
  }
}

function anotherType(type: string): IntegrationError {
  const message = `quickbooks was asked for objects of type ${type} and answered with others. Report it to the adapter.`
  return new IntegrationError('RESPONSE_INVALID', message, { provider: 'quickbooks' })
}
