/**
 * A case in the few words that a line of a chart has room for; the table has the whole id.
 */

/** What is said even where it is as usual. */
export interface ShownParts {
  readonly tokens: boolean
  readonly dtype: boolean
}

/** `1 token, float16`: what is unusual about a case, and what is asked for. */
export function shortCase(
  id: string,
  { tokens: showsTokens, dtype: showsDtype }: ShownParts = { tokens: true, dtype: false },
): string {
  const [model = '', tokens, dtype = '', pairing = '', layout = '', place = ''] = id.split('/')
  const parts = [
    showsTokens ? (tokens === '1' ? '1 token' : `${tokens} tokens`) : '',
    model === 'llama-3-8b' ? '' : model,
    dtype === 'float32' && !showsDtype ? '' : dtype,
    pairing === 'half' ? '' : pairing,
    layout === 'bshd' ? '' : layout,
    place === 'in-place' ? '' : place.replaceAll('-', ' '),
  ]
  return parts.filter(Boolean).join(', ')
}
