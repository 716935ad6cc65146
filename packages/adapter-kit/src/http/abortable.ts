/** A promise that also rejects, with the signal's reason, as soon as the signal aborts. What it stood for goes on unheard. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(toError(signal.reason))
    }
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop)
    })
  })
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('aborted'))
