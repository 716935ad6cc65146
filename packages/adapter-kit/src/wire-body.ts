/**
 * A provider's answer before anything about it is known: any property may be asked for, at any depth, and may be absent.
 * Callbacks that pick a part of an answer receive this and return what they found; the kit checks what that is.
 */
export interface WireBody {
  readonly [name: string]: WireBody | undefined
}
