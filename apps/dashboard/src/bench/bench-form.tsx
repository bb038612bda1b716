/**
 * The form of the view "Fast": what to measure, on which backends, and where.
 */
import type { Signal } from '@preact/signals'
import type { JSX } from 'preact'
import type { Conformance } from '../conformance/conformance.js'
import { wrongBackends } from '../conformance/conformance.js'
import { backendChoices } from '../device/backend-choices.js'
import { availableBackends, type Device } from '../device/device.js'
import { RunButtons } from '../parts/buttons.js'
import { type Choice, Choices } from '../parts/choices.js'
import { BUILT_PEERS } from '../versions.js'
import type { Bench, Wish } from './bench.js'
import { type Answers, chosenCases, QUESTIONS } from './choice.js'
import type { FormState, WherePlace } from './form-state.js'
import { IN_BROWSER, inNode } from './places.js'

/** Where to get what this page was built without. */
const PEERS_ELSEWHERE =
  'TensorFlow.js and onnxruntime-web are not part of this page: rope dashboard measures next to them in Node, and whoever hosts the page can build them in.'

/** The backends that Node has. */
const NODE_BACKENDS = ['native', 'wasm', 'js']

/** What the form needs. */
export interface BenchFormProps {
  readonly device: Device
  readonly conformance: Conformance
  readonly bench: Bench
  readonly form: FormState
  /** The version of Node behind this page; null when there is none. */
  readonly node: string | null
  onStart(wish: Wish): void
}

/** The form. */
export function BenchForm(props: BenchFormProps): JSX.Element {
  const { bench, node, onStart } = props
  const { answers, where, left, peers } = props.form
  const { choices, names } = backendsFor(props, where.value)
  const chosen = names.filter((name) => !left.value.has(name))
  const cases = chosenCases(answers.value)
  const isRunning = bench.isRunning.value
  const canStart = chosen.length > 0 && cases.length > 0 && !isRunning
  const start = (event: Event): void => {
    event.preventDefault()
    const place = where.value === 'browser' ? IN_BROWSER : inNode(where.value === 'node-peers')
    if (!canStart) return
    const beside = where.value === 'browser' ? [...peers.value] : []
    onStart({ cases, backends: chosen, peers: beside, place })
  }
  return (
    <form class="card" onSubmit={start} aria-label="What to measure">
      {node !== null && <Where where={where} node={node} disabled={isRunning} />}
      <Choices
        name="backend"
        legend="Backends"
        kind="any"
        choices={choices}
        chosen={new Set(chosen)}
        disabled={isRunning}
        onChange={(ticked) => {
          left.value = new Set(names.filter((name) => !ticked.has(name)))
        }}
      />
      {where.value === 'browser' && BUILT_PEERS.length > 0 && (
        <Choices
          name="peer"
          legend="Libraries of others"
          kind="any"
          choices={BUILT_PEERS.map((name) => ({ value: name, label: name }))}
          chosen={peers.value}
          disabled={isRunning}
          onChange={(ticked) => {
            peers.value = ticked
          }}
        />
      )}
      <Questions answers={answers} disabled={isRunning} />
      <p class="quiet" id="extent">
        {extentText(cases.length)} A plain loop and the limit of the machine always take part.
        {BUILT_PEERS.length === 0 && ` ${PEERS_ELSEWHERE}`}
      </p>
      <RunButtons
        label="Measure"
        canStart={canStart}
        isRunning={isRunning}
        onCancel={bench.cancel}
      />
    </form>
  )
}

function extentText(cases: number): string {
  if (cases === 0) return 'Choose at least one of each.'
  const seconds = cases * 6
  const time = seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
  return `${cases === 1 ? 'One case' : `${cases} cases`}, about ${time}.`
}

interface Offer {
  readonly choices: readonly Choice[]
  /** Those that can be chosen. */
  readonly names: readonly string[]
}

/** Whoever was found to be wrong in this browser is not measured in it. */
function backendsFor({ device, conformance }: BenchFormProps, where: WherePlace): Offer {
  if (where !== 'browser') {
    const choices = NODE_BACKENDS.map((name) => ({ value: name, label: name, note: 'in Node' }))
    return { choices, names: NODE_BACKENDS }
  }
  const wrong = wrongBackends(conformance.runs.value)
  const choices = backendChoices(device).map((choice) =>
    wrong.has(choice.value) ? { ...choice, disabled: true, note: 'failed conformance' } : choice,
  )
  return { choices, names: availableBackends(device).filter((name) => !wrong.has(name)) }
}

interface WhereProps {
  readonly where: Signal<WherePlace>
  readonly node: string
  readonly disabled: boolean
}

function Where({ where, node, disabled }: WhereProps): JSX.Element {
  const choices = [
    { value: 'browser', label: 'this browser', note: 'in a worker' },
    { value: 'node', label: 'Node', note: `${node}, on this machine` },
    { value: 'node-peers', label: 'Node, with others', note: 'those that are installed' },
  ] as const
  return (
    <Choices
      name="where"
      legend="Where"
      kind="one"
      choices={choices}
      chosen={new Set([where.value])}
      disabled={disabled}
      onChange={(chosen) => {
        where.value = choices.find(({ value }) => chosen.has(value))?.value ?? 'browser'
      }}
    />
  )
}

interface QuestionsProps {
  readonly answers: Signal<Answers>
  readonly disabled: boolean
}

function Questions({ answers, disabled }: QuestionsProps): JSX.Element {
  return (
    <>
      {QUESTIONS.map(({ name, legend, choices }) => (
        <Choices
          key={name}
          name={name}
          legend={legend}
          kind="any"
          choices={choices}
          chosen={answers.value[name]}
          disabled={disabled}
          onChange={(chosen) => {
            answers.value = { ...answers.value, [name]: chosen }
          }}
        />
      ))}
    </>
  )
}
