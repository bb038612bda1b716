/**
 * All addresses in one compressed file, for pages: they cannot read an npm package. Made when a page
 * is built, and unpacked where it is used.
 */
import { RopeError } from '@rope/core'

/** No text contains it: all white space in them is one space. */
const BETWEEN = '\n'

/** The file of these texts. */
export function packTexts(texts: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  return through(new CompressionStream('deflate'), new TextEncoder().encode(texts.join(BETWEEN)))
}

/**
 * The texts in a file, in their order.
 *
 * @throws RopeError INVALID_FILE for what `packTexts` has not made
 */
export async function unpackTexts(file: Uint8Array<ArrayBuffer>): Promise<string[]> {
  try {
    const text = await through(new DecompressionStream('deflate'), file)
    return new TextDecoder('utf-8', { fatal: true }).decode(text).split(BETWEEN)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RopeError(
      'INVALID_FILE',
      `the file of the addresses is damaged (${reason}); build the page again, or reload it`,
    )
  }
}

async function through(
  transform: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform)
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
