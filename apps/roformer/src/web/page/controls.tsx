/**
 * What a person may choose and press. Buttons are disabled by attribute only: one that had the focus
 * keeps it.
 */
import { useSignal } from '@preact/signals'
import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import type { PositionName } from '../../model/options.js'
import type { TrainingDevice } from '../../training/trainer.js'
import { type GpuFound, lookForGpu } from '../training/gpu.js'
import type { Phase, Session } from '../training/session.js'
import { Choices } from './choices.js'
import { NAMES } from './model-name.js'
import { ABOUT, describeStatus } from './words.js'

/** The controls of a session. */
export interface ControlsProps {
  readonly session: Session
  /** What RoPE can be compared with. */
  readonly rivals: readonly PositionName[]
}

/** The first button: its words, and what it does. */
const MAIN: Readonly<Record<Phase, string>> = {
  idle: 'Start',
  loading: 'Pause',
  training: 'Pause',
  paused: 'Resume',
  over: 'Start again',
}

/** The form. */
export function Controls({ session, rivals }: ControlsProps): JSX.Element {
  const { phase, isHidden, models, failure } = session
  const gpu = useSignal<GpuFound | null>(null)
  const chosen = useSignal<TrainingDevice | null>(null)
  useEffect(() => {
    void lookForGpu().then((found) => {
      gpu.value = found
    })
  }, [gpu])
  const device = chosen.value ?? (gpu.value?.isFast === true ? 'webgpu' : 'wasm')
  const rival = models.value[0]?.positions ?? 'sinusoidal'
  const isFixed = phase.value !== 'idle' && phase.value !== 'over'
  const press = (event: Event): void => {
    event.preventDefault()
    if (!isFixed) void session.start({ rival, device })
    else if (phase.value === 'paused') session.resume()
    else session.pause()
  }
  const crashed = models.value.filter((model) => model.phase === 'crashed')
  return (
    <form class="card" onSubmit={press}>
      <Choices
        name="rival"
        legend="RoPE against"
        choices={rivals.map((value) => ({ value, label: NAMES[value], note: ABOUT[value] }))}
        chosen={rival}
        disabled={phase.value !== 'idle'}
        onChange={session.choose}
      />
      <Choices
        name="device"
        legend="Runs on"
        choices={[
          { value: 'wasm', label: 'WebAssembly', note: 'a core for each model' },
          {
            ...({ value: 'webgpu', label: 'WebGPU' } as const),
            note: gpu.value?.note ?? 'looking …',
            disabled: gpu.value?.isThere !== true,
          },
        ]}
        chosen={device}
        disabled={isFixed}
        onChange={(value) => {
          chosen.value = value
        }}
      />
      <div class="buttons">
        <button type="submit">{MAIN[phase.value]}</button>
        <button
          type="button"
          aria-disabled={phase.value === 'idle'}
          onClick={() => session.reset()}
        >
          Reset
        </button>
      </div>
      <p id="status" class="quiet" role="status">
        {describeStatus(phase.value, isHidden.value, models.value)}
      </p>
      {failure.value !== null && (
        <p class="failure" role="alert">
          {failure.value}
        </p>
      )}
      {crashed.map(({ positions, message }) => (
        <p class="failure" role="alert" key={positions}>
          The model with {positions === 'none' ? 'no' : NAMES[positions]} positions stopped:{' '}
          {message}. The other is not touched by it; reset, then start, to train both anew.
        </p>
      ))}
    </form>
  )
}
