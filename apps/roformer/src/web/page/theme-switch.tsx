/**
 * The switch of the theme: system, light, dark.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { currentTheme, nextTheme, setTheme, type Theme } from './theme.js'

/** A button that goes to the next theme. */
export function ThemeSwitch(): JSX.Element {
  const theme = useSignal<Theme>(currentTheme())
  const turn = (): void => {
    theme.value = nextTheme(theme.value)
    setTheme(theme.value)
  }
  return (
    <button type="button" class="theme" onClick={turn}>
      Theme: {theme.value}
    </button>
  )
}
