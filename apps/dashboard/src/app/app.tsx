/**
 * The page around the views: its name, the way from view to view, and the switch of the theme.
 */
import { type ReadonlySignal, useSignal, useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Auto } from '../auto/auto.js'
import type { Bench, Wish } from '../bench/bench.js'
import { BenchView } from '../bench/bench-view.js'
import type { FormState } from '../bench/form-state.js'
import type { Conformance } from '../conformance/conformance.js'
import { ConformanceView } from '../conformance/conformance-view.js'
import { withConformance } from '../conformance/record.js'
import type { Device } from '../device/device.js'
import { DeviceView } from '../device/device-view.js'
import { ExploreView } from '../explore/explore-view.js'
import type { History } from '../history/history.js'
import { HistoryView } from '../history/history-view.js'
import { unpackResult } from '../results/share.js'
import { UnderstandView } from '../understand/understand-view.js'
import { isRoute, packedRun, ROUTES, type Route, routeOf } from './routes.js'
import { currentTheme, nextTheme, setTheme, type Theme } from './theme.js'

/** What the page knows and can do. */
export interface Stores {
  readonly device: Device
  readonly conformance: Conformance
  readonly bench: Bench
  readonly benchForm: FormState
  readonly history: History
  readonly auto: Auto
  /** The version of Node behind this page; null when there is none, or before it is known. */
  readonly node: ReadonlySignal<string | null>
}

/** The page. */
export function App(stores: Stores): JSX.Element {
  const route = useSignal<Route>(routeOf(location.hash))
  const linkProblem = useSignal<string | null>(null)
  useEffect(() => {
    // A link may carry a run; it is taken once, and the address becomes short again.
    const takeRun = async (): Promise<void> => {
      const packed = packedRun(location.hash)
      if (packed === null) return
      history.replaceState(null, '', '#/compare')
      const { result, problem } = await unpackResult(packed)
      linkProblem.value = problem
      if (result !== null) await stores.history.keep(result, 'a link')
    }
    void takeRun()
    const follow = (): void => {
      if (!isRoute(location.hash)) return
      route.value = routeOf(location.hash)
      void takeRun()
      document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true })
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [route, linkProblem, stores])
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
        <View path={route.value.path} stores={stores} linkProblem={linkProblem.value} />
      </main>
      <footer class="quiet">
        <p>
          Everything runs in this browser, in workers. Nothing leaves the device unless you ask.
        </p>
      </footer>
    </>
  )
}

interface ViewProps {
  readonly path: string
  readonly stores: Stores
  readonly linkProblem: string | null
}

function View({ path, stores, linkProblem }: ViewProps): JSX.Element {
  const { device, conformance, bench, benchForm, node, history, auto } = stores
  if (path === '/correct') return <ConformanceView device={device} conformance={conformance} />
  if (path === '/fast') {
    const start = async (wish: Wish): Promise<void> => {
      const result = await bench.run(wish)
      if (result === null) return
      // What the suite found here says nothing about Node.
      const found = wish.place.needsSight ? conformance.runs.value : []
      await history.keep(withConformance(result, found), 'measured here')
    }
    const common = { device, conformance, bench, form: benchForm }
    return <BenchView {...common} node={node.value} onStart={start} />
  }
  if (path === '/understand') {
    return (
      <UnderstandView result={history.chosen.value?.result ?? bench.result.value} auto={auto} />
    )
  }
  if (path === '/explore') return <ExploreView />
  if (path === '/compare') return <HistoryView history={history} linkProblem={linkProblem} />
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
