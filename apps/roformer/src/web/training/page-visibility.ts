/**
 * The visibility of this document.
 */
import type { Visibility } from './visibility.js'

/** As the browser tells it. */
export const PAGE_VISIBILITY: Visibility = {
  isHidden: () => document.visibilityState === 'hidden',
  watch: (onChange) => document.addEventListener('visibilitychange', onChange),
}
