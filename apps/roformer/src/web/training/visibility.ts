/**
 * Whether somebody can see the page: nobody watches a model that trains behind a hidden one.
 */

/** A page's visibility. */
export interface Visibility {
  isHidden(): boolean
  /** Calls back at every change. */
  watch(onChange: () => void): void
}
