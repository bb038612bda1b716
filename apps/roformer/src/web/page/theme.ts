/**
 * Light, dark, or as the system says: set on the root element, and remembered. `theme.js` of
 * `@rope/design` sets what was remembered before the first paint.
 */

/** The themes, in the order of the switch. */
export const THEMES = ['system', 'light', 'dark'] as const

/** One of the themes. */
export type Theme = (typeof THEMES)[number]

/** As in `theme.js` of `@rope/design`. */
const KEY = 'rope-theme'

/** The theme that is set. */
export function currentTheme(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

/** Sets a theme; where there is no storage it lasts as long as the page. */
export function setTheme(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset.theme
  else dataset.theme = theme
  try {
    if (theme === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, theme)
  } catch {
    // A page without storage forgets it.
  }
}

/** The theme after this one. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system'
}
