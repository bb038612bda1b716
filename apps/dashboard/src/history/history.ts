/**
 * The history: every finished run and every imported result, kept in this browser's database and
 * nowhere else. Where there is no database, it lasts as long as the page, and says so.
 */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { BenchResult } from '@rope/bench'

/** A result that is kept. */
export interface KeptRun {
  readonly id: string
  /** Where it came from: `measured here`, the name of a file, `a link`. */
  readonly origin: string
  /** Milliseconds since 1970. */
  readonly keptAt: number
  readonly result: BenchResult
}

/** What a history is kept in. */
export interface RunStore {
  load(): Promise<readonly KeptRun[]>
  put(run: KeptRun): Promise<void>
  remove(id: string): Promise<void>
}

/** The history. */
export interface History {
  /** The latest first. */
  readonly runs: ReadonlySignal<readonly KeptRun[]>
  /** What later runs are compared with. */
  readonly baseline: ReadonlySignal<KeptRun | null>
  /** What is compared with it. */
  readonly chosen: ReadonlySignal<KeptRun | null>
  /** Why nothing is kept beyond this page; null when it is. */
  readonly problem: ReadonlySignal<string | null>
  keep(result: BenchResult, origin: string): Promise<void>
  remove(id: string): Promise<void>
  pin(id: string | null): void
  choose(id: string): void
}

/** Runs beyond which the oldest is forgotten. */
const MOST_RUNS = 100

/** Opens the history. */
export function createHistory(store: RunStore): History {
  const runs: Signal<readonly KeptRun[]> = signal([])
  const problem: Signal<string | null> = signal(null)
  const pinned: Signal<string | null> = signal(null)
  const chosenId: Signal<string | null> = signal(null)
  const find = (id: string | null): KeptRun | null =>
    runs.value.find((run) => run.id === id) ?? null
  const baseline = computed(() => find(pinned.value))
  const chosen = computed(() => find(chosenId.value))

  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      problem.value = `This browser keeps no history here (${why}): results last as long as this page. Export what you want to keep.`
    }
  }
  void attempt(async () => {
    const loaded = await store.load()
    const known = new Set(runs.value.map(({ id }) => id))
    const all = [...runs.value, ...loaded.filter(({ id }) => !known.has(id))]
    runs.value = all.sort((one, other) => other.keptAt - one.keptAt)
  })
  const remove = async (id: string): Promise<void> => {
    runs.value = runs.value.filter((run) => run.id !== id)
    await attempt(() => store.remove(id))
  }
  return {
    ...{ runs, baseline, chosen, problem, remove },
    async keep(result, origin) {
      const run = { id: crypto.randomUUID(), origin, keptAt: Date.now(), result }
      runs.value = [run, ...runs.value]
      chosenId.value = run.id
      await attempt(() => store.put(run))
      for (const { id } of runs.value.slice(MOST_RUNS)) await remove(id)
    },
    pin(id) {
      pinned.value = id
    },
    choose(id) {
      chosenId.value = id
    },
  }
}
