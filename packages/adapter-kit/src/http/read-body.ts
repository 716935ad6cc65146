/** A body that is larger than what may be read. */
export class BodyTooLargeError extends Error {}

/**
 * Reads a body to its end, counting as it arrives, so that neither a wrong `Content-Length` nor a small compressed body
 * that unpacks to a huge one fills the memory.
 *
 * @throws BodyTooLargeError beyond `limit` bytes.
 */
export async function readBody(response: Response, limit: number): Promise<readonly Uint8Array[]> {
  const stated = Number(response.headers.get('content-length') ?? Number.NaN)
  if (stated > limit) {
    await response.body?.cancel()
    throw new BodyTooLargeError()
  }
  const { chunks, whole } = await readChunks(response, limit)
  if (!whole) throw new BodyTooLargeError()
  return chunks
}

/** Reads at most the first `limit` bytes of a body and lets go of the rest. */
export async function readBodyStart(response: Response, limit: number): Promise<readonly Uint8Array[]> {
  const { chunks, size } = await readChunks(response, limit)
  return [Buffer.concat(chunks, size).subarray(0, limit)]
}

async function readChunks(
  response: Response,
  limit: number,
): Promise<{ chunks: Uint8Array[]; size: number; whole: boolean }> {
  const chunks: Uint8Array[] = []
  let size = 0
  const body: ReadableStream<Uint8Array> | null = response.body
  if (!body) return { chunks, size, whole: true }
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { chunks, size, whole: true }
    chunks.push(value)
    size += value.byteLength
    if (size > limit) {
      await reader.cancel()
      return { chunks, size, whole: false }
    }
  }
}
