import { IntegrationError } from '@unioneyes/core'

/**
 * Pages that stop between one and the next when the signal aborts: not every page costs a request, which would notice by itself.
 * @throws IntegrationError CANCELLED
 */
export async function* cancellablePages<P>(
  pages: AsyncIterable<P>,
  signal: AbortSignal | undefined,
  about: { readonly provider: string; readonly entity: string },
): AsyncGenerator<P> {
  for await (const page of pages) {
    throwIfCancelled(signal, about)
    yield page
    throwIfCancelled(signal, about)
  }
}

function throwIfCancelled(
  signal: AbortSignal | undefined,
  { provider, entity }: { readonly provider: string; readonly entity: string },
): void {
  if (signal?.aborted !== true) return
  const message = `The read of ${entity} of ${provider} was cancelled.`
  throw new IntegrationError('CANCELLED', message, { provider, entity, cause: signal.reason })
}
