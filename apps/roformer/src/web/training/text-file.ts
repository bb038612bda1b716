/**
 * The compressed addresses, which lie beside the page and are fetched when training begins.
 */
import { RopeError } from '@rope/core'

/** The name of the file; not `.gz`, which some servers unpack by themselves. */
export const TEXT_FILE = 'addresses.deflate'

/**
 * Fetches the file.
 *
 * @param page the address of the page
 * @throws RopeError INVALID_FILE when the server does not deliver it
 */
export async function fetchTextFile(page: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(new URL(TEXT_FILE, page))
    if (response.ok) return new Uint8Array(await response.arrayBuffer())
    throw new Error(`HTTP ${response.status} ${response.statusText}`.trim())
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RopeError(
      'INVALID_FILE',
      `${TEXT_FILE} cannot be read (${reason}); see that the server is up, then start again`,
    )
  }
}
