/**
 * Whether somebody can see the page. A browser slows down what runs behind a hidden one.
 */

/** The page's visibility. */
export interface Visibility {
  isHidden(): boolean
  /** Calls back at every change, until the returned function is called. */
  watch(onChange: () => void): () => void
}

/** That of this document. */
export const PAGE_VISIBILITY: Visibility = {
  isHidden: () => document.visibilityState === 'hidden',
  watch(onChange) {
    document.addEventListener('visibilitychange', onChange)
    return () => document.removeEventListener('visibilitychange', onChange)
  },
}
