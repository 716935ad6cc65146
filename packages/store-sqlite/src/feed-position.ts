import { IntegrationError } from '@unioneyes/core'

/** A place in the feed: behind one entry of one row of `integration_changes`. */
export interface FeedPosition {
  readonly seq: number
  readonly entry: number
}

/** A position as readers keep it. */
export function toPositionText({ seq, entry }: FeedPosition): string {
  return `${String(seq)}/${String(entry)}`
}

/**
 * A position that a reader brings back.
 * @throws IntegrationError CONFIG_INVALID for any other text.
 */
export function parsePosition(text: string): FeedPosition {
  const [, seq, entry] = /^([1-9]\d{0,14})\/(\d{1,6})$/.exec(text) ?? []
  if (seq === undefined || entry === undefined) throw notAPosition()
  return { seq: Number(seq), entry: Number(entry) }
}

/** The error for a text that is no position of this feed. */
export function notAPosition(): IntegrationError {
  return new IntegrationError(
    'CONFIG_INVALID',
    'That is not a position of this feed: pass the `position` of an entry you have read, or nothing to read from the start',
  )
}

/** Orders positions: negative when `left` stands before `right`. */
export function comparePositions(left: FeedPosition, right: FeedPosition): number {
  return left.seq - right.seq || left.entry - right.entry
}
