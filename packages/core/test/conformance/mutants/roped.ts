/**
 * Ropes that go wrong above the backend: in configs, in positions, in the order of things.
 */
import { computeFrequencies, type RopeConfig, resolveConfig } from '../../../src/config/config.js'
import type { MakeRope } from '../../../src/conformance/index.js'
import { RopeError } from '../../../src/errors.js'
import type { RotateTensors } from '../../../src/plan/plan.js'
import type { Positions } from '../../../src/positions/forms.js'
import { createRope, type Rope } from '../../../src/rope/rope.js'
import type { Mutant } from './mutant.js'

/** A rope with some of its methods replaced. */
function roped(name: string, noticed: readonly RegExp[], make: MakeRope): Mutant {
  return { name, noticed, create: (healthy) => ({ name, backend: healthy(), createRope: make }) }
}

/** A rope over a config that is not the one asked for. */
function reconfigured(
  name: string,
  noticed: readonly RegExp[],
  change: (config: RopeConfig) => RopeConfig,
): Mutant {
  return roped(name, noticed, (config, context) =>
    createRope(resolveConfig(change(config)), context),
  )
}

/** A rope that is told other positions. */
function repositioned(
  name: string,
  noticed: readonly RegExp[],
  change: (positions: Positions) => Positions,
): Mutant {
  return roped(name, noticed, (config, context) => {
    const rope = createRope(config, context)
    return delegate(rope, {
      rotate: (input) => rope.rotate({ ...input, positions: change(input.positions) }),
      rotateAsync: (input) => rope.rotateAsync({ ...input, positions: change(input.positions) }),
      at: (positions) => rope.at(change(positions)),
    })
  })
}

function delegate(rope: Rope, changes: Partial<Rope>): Rope {
  return {
    config: rope.config,
    frequencies: rope.frequencies,
    backend: rope.backend,
    rotate: (input) => rope.rotate(input),
    rotateAsync: (input) => rope.rotateAsync(input),
    at: (positions) => rope.at(positions),
    bind: (tensors) => rope.bind(tensors),
    shift: (k, delta) => rope.shift(k, delta),
    rerope: (k, from, to) => rope.rerope(k, from, to),
    regimeFor: (length) => rope.regimeFor(length),
    dispose: () => rope.dispose(),
    ...changes,
  }
}

function isPacked(
  positions: Positions,
): positions is Extract<Positions, { readonly sequenceLengths: unknown }> {
  return typeof positions === 'object' && positions !== null && 'sequenceLengths' in positions
}

/** Without its attention factor, or with another. */
function withFactor(config: RopeConfig, change: (factor: number) => number): RopeConfig {
  const { schedule } = config
  const { attentionFactor } = computeFrequencies(config)
  if (attentionFactor === 1 || (schedule.type !== 'custom' && schedule.type !== 'yarn'))
    return config
  return { ...config, schedule: { ...schedule, attentionFactor: change(attentionFactor) } }
}

function swapAxes(positions: Positions): Positions {
  if (typeof positions !== 'object' || positions === null || !('axes' in positions))
    return positions
  return { axes: [...positions.axes].reverse() }
}

/** Later positions by one, for the commonest form. */
function offByOne(positions: Positions): Positions {
  return typeof positions === 'number' ? positions + 1 : positions
}

/** Packed sequences run on instead of starting anew. */
function neverReset(positions: Positions): Positions {
  return isPacked(positions) && positions.offsets === undefined ? 0 : positions
}

function halves(tensors: RotateTensors): readonly RotateTensors[] {
  const { q, k, out, inverse } = tensors
  if (q === undefined || k === undefined) return [tensors]
  const one = (name: 'q' | 'k'): RotateTensors => ({
    [name]: tensors[name],
    ...(out === undefined ? {} : { out: { [name]: out[name] } }),
    inverse,
  })
  return [one('q'), one('k')]
}

/** Every axis cut to whole positions. */
function dropFractions(positions: Positions): Positions {
  if (typeof positions !== 'object' || positions === null || !('axes' in positions))
    return positions
  return {
    axes: positions.axes.map((axis) =>
      Array.isArray(axis) ? axis.map((p) => Math.trunc(Number(p))) : axis,
    ),
  }
}

/** Mutants above the backend: configs, positions, calls. */
export const ROPED: readonly Mutant[] = [
  repositioned(
    'positions off by one',
    [/^values\/.*control$/, /^golden\/rotation\//, /^contract\/positions\//],
    offByOne,
  ),
  repositioned(
    'packed sequences not reset',
    [
      /^values\/.*positions=sequence-lengths/,
      /^golden\/published\/onnxruntime\/custom_rotary_dim_packed/,
    ],
    neverReset,
  ),
  repositioned(
    'axes in another order',
    [/^values\/.*axes=one-hot/, /^golden\/axes\//, /^golden\/published\/vllm/],
    swapAxes,
  ),
  repositioned(
    'positions rounded to integers',
    [/^contract\/positions\/0\.5/, /^golden\/dinov3\//],
    (positions) =>
      typeof positions === 'number' ? Math.trunc(positions) : dropFractions(positions),
  ),
  repositioned(
    'positions modulo 2^17',
    [/^contract\/positions\/1048576/, /^golden\/long-position\//],
    (positions) => (typeof positions === 'number' ? positions % 131072 : positions),
  ),
  reconfigured(
    'the attention factor dropped',
    [
      /^golden\/frequencies\/hf_yarn/,
      /^values\/.*schedule=custom/,
      /^properties\/attention-factor/,
    ],
    (config) => withFactor(config, () => 1),
  ),
  reconfigured(
    'the attention factor applied twice',
    [
      /^golden\/frequencies\/hf_yarn/,
      /^values\/.*schedule=custom/,
      /^properties\/attention-factor/,
    ],
    (config) => withFactor(config, (factor) => factor ** 2),
  ),
  reconfigured(
    'float32 angles in exact mode',
    [/^contract\/positions\/131071\//, /^golden\/long-position\//, /^golden\/frequencies\//],
    (config) => ({
      ...config,
      angles: 'float32',
    }),
  ),
  reconfigured('exact angles in float32 mode', [/^values\/.*angles=float32/], (config) => ({
    ...config,
    angles: 'exact',
  })),
  reconfigured(
    'linear scaling forgotten',
    [
      /^values\/.*schedule=linear/,
      /^properties\/linear-interpolates/,
      /^golden\/frequencies\/gemma3_full_linear8/,
    ],
    (config) =>
      config.schedule.type === 'linear'
        ? { ...config, schedule: { ...config.schedule, factor: 1 } }
        : config,
  ),
  roped(
    'a shift that applies the attention factor again',
    [/^values\/.*via=shift\/schedule=custom/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        shift: (k, delta) => {
          const [, tokens = 0] = k.shape
          rope.rotate({
            k,
            positions: typeof delta === 'number' ? Array<number>(tokens).fill(delta) : delta,
          })
        },
      })
    },
  ),
  roped('a shift by number that counts tokens', [/^values\/.*via=shift/], (config, context) => {
    const rope = createRope(config, context)
    return delegate(rope, { shift: (k, delta) => rope.rotate({ k, positions: delta }) })
  }),
  roped(
    'q written before k is checked',
    [/^contract\/errors\/tensors\//, /^contract\/errors\/detached\/k/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        rotate: ({ positions, ...tensors }) => {
          for (const part of halves(tensors)) rope.rotate({ ...part, positions })
        },
      })
    },
  ),
  roped('aliasing let through', [/^contract\/aliasing\/refuses\//], (config, context) => {
    const rope = createRope(config, context)
    return delegate(rope, {
      rotate: (input) => {
        try {
          rope.rotate(input)
        } catch (error) {
          if (!(RopeError.isInstance(error) && error.code === 'ALIASING')) throw error
        }
      },
    })
  }),
  roped(
    'NaN positions let through',
    [/^contract\/errors\/positions\/nan/, /^contract\/errors\/positions\/nan-in-list/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        rotate: (input) => {
          try {
            rope.rotate(input)
          } catch (error) {
            if (!(RopeError.isInstance(error) && error.code === 'INVALID_POSITIONS')) throw error
            rope.rotate({ ...input, positions: 0 })
          }
        },
      })
    },
  ),
  roped(
    'the layout of the rope ignored',
    [/^contract\/lifecycle\/default-layout/],
    (config, context) => createRope(config, { ...context, layout: 'bshd' }),
  ),
  roped(
    'a step that reads its positions late',
    [/^contract\/lifecycle\/step-serves-layers/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        at: (positions) => ({
          rotate: (tensors) => rope.rotate({ ...tensors, positions }),
          rotateAsync: (tensors) => rope.rotateAsync({ ...tensors, positions }),
        }),
      })
    },
  ),
  roped(
    'a step that always rotates back',
    [/^values\/.*via=at/, /^contract\/lifecycle\/step-serves-layers/],
    (config, context) => {
      const rope = createRope(config, context)
      return delegate(rope, {
        at: (positions) => ({
          rotate: (tensors) => rope.rotate({ ...tensors, positions, inverse: true }),
          rotateAsync: (tensors) => rope.rotateAsync({ ...tensors, positions, inverse: true }),
        }),
      })
    },
  ),
  roped(
    'alive after the rope is disposed of',
    [/^contract\/lifecycle\/rope-dispose/],
    (config, context) => delegate(createRope(config, context), { dispose: () => {} }),
  ),
]
