/**
 * The model as the page's assets. Each address stands literally in the source, so that the bundler
 * finds the file.
 */
import { RopeError } from '@rope/core'

const ADDRESSES: Readonly<Record<string, URL>> = {
  'config.json': new URL('../../model/config.json', import.meta.url),
  'expected.json': new URL('../../model/expected.json', import.meta.url),
  'model.safetensors': new URL('../../model/model.safetensors', import.meta.url),
  'tokenizer.json': new URL('../../model/tokenizer.json', import.meta.url),
}

/**
 * Fetches one file of the model.
 *
 * @throws RopeError INVALID_FILE when the server does not deliver it
 */
export async function fetchModelFile(name: string): Promise<Uint8Array> {
  const address = ADDRESSES[name]
  if (address === undefined) throw unreadable(name, 'the page has no such file')
  try {
    const response = await fetch(address)
    if (response.ok) return new Uint8Array(await response.arrayBuffer())
    throw new Error(`HTTP ${response.status} ${response.statusText}`.trim())
  } catch (error) {
    throw unreadable(name, error instanceof Error ? error.message : String(error))
  }
}

function unreadable(name: string, reason: string): RopeError {
  const fix = 'see that the server is up, then reload the page'
  return new RopeError('INVALID_FILE', `${name} of the model cannot be read (${reason}); ${fix}`)
}
