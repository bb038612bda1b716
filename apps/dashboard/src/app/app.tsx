/**
 * The page around the views: its name, the way from view to view, and the switch of the theme.
 */
import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Bench, Wish } from '../bench/bench.js'
import { BenchView } from '../bench/bench-view.js'
import type { Conformance } from '../conformance/conformance.js'
import { ConformanceView } from '../conformance/conformance-view.js'
import type { Device } from '../device/device.js'
import { DeviceView } from '../device/device-view.js'
import { isRoute, ROUTES, type Route, routeOf } from './routes.js'
import { currentTheme, nextTheme, setTheme, type Theme } from './theme.js'

/** What the page knows and can do. */
export interface Stores {
  readonly device: Device
  readonly conformance: Conformance
  readonly bench: Bench
  /** The version of Node behind this page; null when there is none, or before it is known. */
  readonly node: ReadonlySignal<string | null>
}

/** The page. */
export function App(stores: Stores): JSX.Element {
  const route = useSignal<Route>(routeOf(location.hash))
  useEffect(() => {
    const follow = (): void => {
      if (!isRoute(location.hash)) return
      route.value = routeOf(location.hash)
      document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true })
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [route])
  useSignalEffect(() => {
    document.title = `${route.value.title} · rope dashboard`
  })
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <p class="brand">
          <strong>rope</strong> dashboard
        </p>
        <ThemeSwitch />
        <nav aria-label="Views">
          {ROUTES.map(({ path, label }) => (
            <a
              key={path}
              href={`#${path}`}
              aria-current={path === route.value.path ? 'page' : undefined}
            >
              {label}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1} data-view={route.value.path}>
        <h1>{route.value.title}</h1>
        <View path={route.value.path} stores={stores} />
      </main>
      <footer class="quiet">
        <p>
          Everything runs in this browser, in workers. Nothing leaves the device unless you ask.
        </p>
      </footer>
    </>
  )
}

function View({ path, stores }: { readonly path: string; readonly stores: Stores }): JSX.Element {
  const { device, conformance, bench, node } = stores
  if (path === '/correct') return <ConformanceView device={device} conformance={conformance} />
  if (path === '/fast') {
    const start = (wish: Wish): void => void bench.run(wish)
    const common = { device, conformance, bench }
    return <BenchView {...common} node={node.value} onStart={start} />
  }
  return <DeviceView device={device} />
}

function ThemeSwitch(): JSX.Element {
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
