/**
 * What a person may choose to measure, and the cases that the choice stands for.
 */
import { caseId, MODEL_SHAPES, rotationCase } from '@rope/bench/matrix'
import type { DType, PairingName } from '@rope/core'
import type { Choice } from '../parts/choices.js'

/** Models by the names that people know. */
const MODELS: readonly Choice[] = [
  { value: 'llama-3-8b', label: 'Llama 3 8B', note: '32 + 8 heads of 128' },
  { value: 'qwen-3-8b', label: 'Qwen 3 8B', note: '32 + 8 heads of 128' },
  { value: 'gemma-3-12b', label: 'Gemma 3 12B', note: '16 + 8 heads of 256' },
  { value: 'phi-3.5-mini', label: 'Phi 3.5 mini', note: '32 + 32 heads of 96' },
  { value: 'qwen-2-vl-7b', label: 'Qwen2-VL 7B', note: '28 + 4 heads of 128' },
]

const PHASES: readonly Choice[] = [
  { value: '1', label: 'decode', note: '1 token' },
  { value: '512', label: 'prefill', note: '512 tokens' },
  { value: '4096', label: 'long', note: '4096 tokens' },
]

const DTYPES: readonly Choice[] = [
  { value: 'float32', label: 'float32' },
  { value: 'float16', label: 'float16' },
  { value: 'bfloat16', label: 'bfloat16' },
  { value: 'float64', label: 'float64' },
]

const PAIRINGS: readonly Choice[] = [
  { value: 'half', label: 'half', note: 'Llama, Qwen, Gemma' },
  { value: 'interleaved', label: 'interleaved', note: 'GPT-J, GGUF, GLM' },
]

const LAYOUTS: readonly Choice[] = [
  { value: 'bshd', label: 'bshd', note: 'token before head' },
  { value: 'bhsd', label: 'bhsd', note: 'head before token' },
]

/** One question of the form. */
export interface Question {
  readonly name: 'model' | 'phase' | 'dtype' | 'pairing' | 'layout'
  readonly legend: string
  readonly choices: readonly Choice[]
  /** What is chosen at first. */
  readonly usual: readonly string[]
}

/** The questions, in the order of the form. */
export const QUESTIONS: readonly Question[] = [
  { name: 'model', legend: 'Model', choices: MODELS, usual: ['llama-3-8b'] },
  { name: 'phase', legend: 'Phase', choices: PHASES, usual: ['1', '512', '4096'] },
  { name: 'dtype', legend: 'Dtype', choices: DTYPES, usual: ['float32'] },
  { name: 'pairing', legend: 'Pairing', choices: PAIRINGS, usual: ['half'] },
  { name: 'layout', legend: 'Layout', choices: LAYOUTS, usual: ['bshd'] },
]

/** The answers, by the name of the question. */
export type Answers = Readonly<Record<Question['name'], ReadonlySet<string>>>

/** The answers at first. */
export function usualAnswers(): Answers {
  const entries = QUESTIONS.map(({ name, usual }) => [name, new Set(usual)])
  return Object.fromEntries(entries) as Answers
}

/** A case that was chosen. */
export interface ChosenCase {
  readonly caseId: string
  /** Such as `Llama 3 8B, decode, float32, half, bshd`. */
  readonly title: string
}

/** Every combination of the answers, in the order of the form. */
export function chosenCases(answers: Answers): readonly ChosenCase[] {
  const of = (name: Question['name']): readonly Choice[] => {
    const choices = QUESTIONS.find((question) => question.name === name)?.choices ?? []
    return choices.filter(({ value }) => answers[name].has(value))
  }
  return of('model').flatMap((model) =>
    of('phase').flatMap((phase) =>
      of('dtype').flatMap((dtype) =>
        of('pairing').flatMap((pairing) =>
          of('layout').map((layout) => caseOfChoices(model, phase, dtype, pairing, layout)),
        ),
      ),
    ),
  )
}

function caseOfChoices(...choices: readonly [Choice, Choice, Choice, Choice, Choice]): ChosenCase {
  const [model, phase, dtype, pairing, layout] = choices
  const shape = MODEL_SHAPES.find(({ name }) => name === model.value)
  if (shape === undefined) throw new Error(`no shape of ${model.value}`)
  const rotation = rotationCase({
    shape,
    tokens: Number(phase.value),
    dtype: dtype.value as DType,
    pairing: pairing.value as PairingName,
    layout: layout.value as 'bshd' | 'bhsd',
  })
  return { caseId: caseId(rotation), title: choices.map(({ label }) => label).join(', ') }
}
