/**
 * Shows a state. Each call sets what has changed and nothing else; the page's own memory, such as
 * what stands in the inputs, stays the browser's.
 */
import { type Cell, element, make, makeTable, setText, showText } from './elements.js'
import type { Explanation } from './explanation.js'
import type { Wish } from './messages.js'
import {
  canStart,
  explanationOf,
  INPUTS,
  isBusy,
  isOfInput,
  type PageState,
  type Run,
} from './state.js'
import {
  describeBackend,
  describeModel,
  describeRate,
  describeShare,
  describeStatus,
  NOTHING,
} from './words.js'

/** What a person does. */
export interface ViewHandlers {
  readonly onSubmit: (wish: Omit<Wish, 'backend'>) => void
  readonly onStop: () => void
  readonly onSelect: (name: string) => void
}

/** The page's elements. */
export class View {
  readonly #form = element('wish', HTMLFormElement)
  readonly #prompt = element('prompt', HTMLInputElement)
  readonly #tokens = element('tokens', HTMLInputElement)
  readonly #limit = element('limit', HTMLElement)
  readonly #prompts = element('prompts', HTMLDataListElement)
  readonly #choices = element('choices', HTMLDivElement)
  readonly #reasons = element('reasons', HTMLUListElement)
  readonly #backends = element('backends', HTMLFieldSetElement)
  readonly #start = element('start', HTMLButtonElement)
  readonly #stop = element('stop', HTMLButtonElement)
  readonly #status = element('status', HTMLParagraphElement)
  readonly #failure = element('failure', HTMLParagraphElement)
  readonly #story = element('story', HTMLParagraphElement)
  readonly #model = element('model', HTMLParagraphElement)
  readonly #summary = element('summary', HTMLParagraphElement)
  readonly #explanation = element('explanation', HTMLElement)
  readonly #runs = element('runs', HTMLElement)
  readonly #noRuns = element('no-runs', HTMLParagraphElement)
  readonly #figures = {
    rate: element('rate', HTMLElement),
    share: element('share', HTMLElement),
    count: element('count', HTMLElement),
    rotator: element('rotator', HTMLElement),
  }
  #shown: PageState | null = null

  constructor({ onSubmit, onStop, onSelect }: ViewHandlers) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      onSubmit({ prompt: this.#prompt.value, tokens: this.#tokens.valueAsNumber })
    })
    this.#stop.addEventListener('click', onStop)
    this.#choices.addEventListener('change', ({ target }) => {
      if (target instanceof HTMLInputElement) onSelect(target.value)
    })
    // Not every browser lets the keyboard reach what only scrolls.
    for (const scroller of [this.#explanation, this.#runs]) scroller.tabIndex = 0
    setText(element('clock', HTMLParagraphElement), describeClock())
  }

  /** Shows this state. */
  show(state: PageState): void {
    const before = this.#shown
    if (before === state) return
    this.#shown = state
    this.#showModel(state)
    if (changed(before, state, 'choices', 'selected', 'phase')) this.#showChoices(state)
    this.#showButtons(state)
    setText(this.#status, describeStatus(state))
    if (changed(before, state, 'failure')) this.#showFailure(state)
    this.#showStory(state)
    if (changed(before, state, 'choices', 'selected', 'rotation')) {
      this.#showExplanation(explanationOf(state))
    }
    if (changed(before, state, 'runs')) this.#showRuns(state.runs)
  }

  #showModel({ model, expected }: PageState): void {
    if (model === null) return
    setText(this.#model, describeModel(model))
    this.#tokens.max = String(model.contextLength)
    setText(this.#limit, this.#tokens.max)
    if (this.#prompts.options.length > 0) return
    this.#prompts.append(
      ...expected.map(({ prompt }) => Object.assign(make('option'), { value: prompt })),
    )
  }

  #showChoices(state: PageState): void {
    const { choices, selected } = state
    if (this.#choices.childElementCount !== choices.length) {
      this.#choices.replaceChildren(...choices.map(makeChoice))
    }
    this.#backends.disabled = isBusy(state)
    for (const [index, { name, description, probe }] of choices.entries()) {
      const label = this.#choices.children[index]
      const input = label?.querySelector('input')
      const note = label?.querySelector('small')
      if (!input || !note) continue
      input.disabled = probe?.available !== true
      input.checked = name === selected
      const absence = probe === null ? 'checking …' : 'not available'
      setText(note, probe?.available === true ? description : absence)
    }
    const reasons = choices
      .filter(({ probe }) => probe?.available === false)
      .map(({ name, probe }) => `${name} is not available: ${probe?.reason ?? 'no reason given'}`)
    this.#reasons.hidden = reasons.length === 0
    this.#reasons.replaceChildren(...reasons.map((reason) => make('li', reason)))
  }

  /** Disabled by attribute only: a button that had the focus keeps it. */
  #showButtons(state: PageState): void {
    this.#start.ariaDisabled = String(!canStart(state))
    this.#stop.ariaDisabled = String(!isBusy(state) || state.phase === 'stopping')
  }

  #showFailure({ failure }: PageState): void {
    for (const field of INPUTS) {
      const isWrong = failure?.field === field
      const input = field === 'prompt' ? this.#prompt : this.#tokens
      input.ariaInvalid = String(isWrong)
      showText(
        element(`${field}-problem`, HTMLParagraphElement),
        isWrong ? (failure?.message ?? null) : null,
      )
      if (isWrong) input.focus()
    }
    const isElsewhere = failure === null || isOfInput(failure)
    showText(this.#failure, isElsewhere ? null : failure.message)
  }

  #showStory(state: PageState): void {
    const { story, wish, time, rotation } = state
    const prompted = Math.min(wish?.prompt.length ?? 0, story.length)
    const [prompt, rest] = this.#story.children
    if (prompt instanceof HTMLElement) setText(prompt, story.slice(0, prompted))
    if (rest instanceof HTMLElement) setText(rest, story.slice(prompted))
    this.#story.ariaBusy = String(isBusy(state))
    setText(this.#figures.rate, describeRate(time))
    setText(this.#figures.share, describeShare(time))
    setText(this.#figures.count, time === null ? NOTHING : String(time.tokens))
    setText(this.#figures.rotator, rotation?.backend ?? NOTHING)
  }

  #showExplanation(explanation: Explanation | null): void {
    setText(this.#summary, explanation?.summary ?? 'Nothing is selected yet.')
    const { columns = [], rows = [] } = explanation ?? {}
    this.#explanation.hidden = rows.length === 0
    this.#explanation.replaceChildren(makeTable(columns, rows))
  }

  #showRuns(runs: readonly Run[]): void {
    this.#noRuns.hidden = runs.length > 0
    this.#runs.hidden = runs.length === 0
    const columns = ['Backend', 'Tokens/s', 'In RoPE', 'Text', 'Tokens', 'Prompt']
    this.#runs.replaceChildren(makeTable(columns, runs.map(rowOf).reverse()))
  }
}

function changed(
  before: PageState | null,
  now: PageState,
  ...keys: readonly (keyof PageState)[]
): boolean {
  return before === null || keys.some((key) => before[key] !== now[key])
}

function makeChoice({ name }: { readonly name: string }): HTMLLabelElement {
  const input = Object.assign(make('input'), { type: 'radio', name: 'backend', value: name })
  const label = make('label', input, make('span', name), make('small'))
  label.className = 'choice'
  return label
}

function rowOf(run: Run): readonly Cell[] {
  const { time, outcome, verdict, prompt } = run
  const look = verdict.same === null ? '' : verdict.same ? 'same' : 'differs'
  const end = outcome === 'ended' ? '' : `, ${outcome}`
  return [
    describeBackend(run),
    describeRate(time),
    describeShare(time),
    { text: verdict.words, look },
    `${time?.tokens ?? 0}${end}`,
    prompt === '' ? '(none)' : prompt,
  ]
}

function describeClock(): string {
  if (globalThis.crossOriginIsolated) {
    return 'This page is cross-origin isolated: it has a fine clock and shared memory.'
  }
  return 'This page is not cross-origin isolated: its clock is coarse, so the share of time in RoPE is less exact.'
}
