/** A webhook delivery that its endpoint has not taken yet. */
export interface WaitingDelivery<Content> {
  readonly id: string
  readonly content: Content
  /** 1 for the first. */
  readonly attempt: number
  /** In milliseconds since 1970. */
  readonly dueAt: number
}

/** Deliveries that an imitated provider wants to send: whoever holds the sandbox sends them and says what was answered. */
export interface DeliveryQueue<Content> {
  /** A delivery that is due at once. The id is new. */
  add(id: string, content: Content): void
  /** What is due now, in the order in which it was added. */
  due(): WaitingDelivery<Content>[]
  /** When the first of those that wait is due; undefined when none waits. */
  nextDueAt(): number | undefined
  /** @throws Error when no delivery of that id waits */
  get(id: string): WaitingDelivery<Content>
  /** An endpoint answered. @param waitMs until the next attempt; undefined ends the delivery @throws Error as `get` does */
  answered(id: string, waitMs: number | undefined): void
  /** Forgets deliveries without their being sent. @param which all of them when left out */
  drop(which?: (content: Content) => boolean): void
}

/** A queue without deliveries. @param now the provider's clock, in milliseconds since 1970 */
export function createDeliveryQueue<Content>(now: () => number): DeliveryQueue<Content> {
  // A key that is set again keeps its place, so that the order stays.
  const waiting = new Map<string, WaitingDelivery<Content>>()

  function get(id: string): WaitingDelivery<Content> {
    const found = waiting.get(id)
    if (!found) throw new Error(`The sandbox has no delivery ${id} that waits.`)
    return found
  }

  return {
    add(id, content) {
      waiting.set(id, { id, content, attempt: 1, dueAt: now() })
    },
    due: () => [...waiting.values()].filter(({ dueAt }) => dueAt <= now()),
    nextDueAt: () =>
      waiting.values().reduce<number | undefined>((first, { dueAt }) => Math.min(first ?? dueAt, dueAt), undefined),
    get,
    answered(id, waitMs) {
      const { content, attempt } = get(id)
      if (waitMs === undefined) waiting.delete(id)
      else waiting.set(id, { id, content, attempt: attempt + 1, dueAt: now() + waitMs })
    },
    drop(which = () => true) {
      for (const { id, content } of waiting.values()) if (which(content)) waiting.delete(id)
    },
  }
}
