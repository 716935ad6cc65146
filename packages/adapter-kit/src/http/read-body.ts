/** A body that is larger than what may be read. */
export class BodyTooLargeError extends Error {}

/**
 * Reads a body to its end, counting as it arrives, so that neither a wrong `Content-Length` nor a small compressed body
 * that unpacks to a huge one fills the memory.
 *
 * @throws BodyTooLargeError beyond `limit` bytes.
 */
export async function readBody(response: Response, limit: number): Promise<Buffer> {
  const stated = Number(response.headers.get('content-length') ?? Number.NaN)
  if (stated > limit) {
    await response.body?.cancel()
    throw new BodyTooLargeError()
  }
  if (!response.body) return Buffer.alloc(0)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body) {
    size += chunk.byteLength
    // Leaving the loop cancels the stream.
    if (size > limit) throw new BodyTooLargeError()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** Reads at most the first `limit` bytes of a body and lets go of the rest. */
export async function readBodyStart(response: Response, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  if (!response.body) return Buffer.alloc(0)
  for await (const chunk of response.body) {
    chunks.push(chunk)
    size += chunk.byteLength
    if (size >= limit) break
  }
  return Buffer.concat(chunks, size).subarray(0, limit)
}
