/**
 * From a spec to WGSL. Every invocation has a token, a column of its heads and a strip of heads:
 * it loads the token's cos and sin for its column once, then walks the heads of its strip.
 */
import { callFields } from './call-fields.js'
import { memoryFunctions, tensorBindings } from './memory.js'
import { geometryConstants, geometryFields, number } from './numbers.js'
import { chooseOperand, operandFunctions } from './operand.js'
import { elementsOf, rowLanesOf, type ShaderSpec, WORKGROUP_SIZE } from './spec.js'
import { block, float, type Lines, sections, when } from './text.js'
import { turningOf } from './turn.js'

/** The bindings that come after the tensors. */
export interface ExtraBindings {
  readonly positions: number
  readonly status: number
  readonly call: number
}

/** Where positions, status and the call's uniform are bound: after shape, rows and the tensors. */
export function extraBindings({
  bindings,
  positions,
}: Pick<ShaderSpec, 'bindings' | 'positions'>): ExtraBindings {
  const first = 2 + bindings.length
  return { positions: first, status: first + 1, call: positions === null ? first : first + 2 }
}

function header(spec: ShaderSpec): Lines {
  const { dtype, access, apart, operands, inPlace } = spec
  const names = operands.map(({ name }) => name).join(' and ')
  const elements = elementsOf(access, dtype)
  const how =
    access === 'element'
      ? 'any pairing, one element at a time'
      : `${apart ? 'half' : 'interleaved'} pairing, ${elements} channels at a time`
  const where = inPlace ? 'in place' : 'out of place'
  return [
    `// Rotates ${names} ${where}: ${dtype}, ${how}.`,
    ...when(spec.nativeHalf, ['enable f16;']),
    ...when(spec.immediates, ['requires immediate_address_space;']),
  ]
}

function structs(spec: ShaderSpec): readonly Lines[] {
  const { positions, operands } = spec
  return [
    block('struct Strides', ['batch: u32,', 'token: u32,', 'head: u32,', 'channel: u32,']),
    block('struct Operand', [
      'source_strides: Strides,',
      'target_strides: Strides,',
      'heads: u32,',
      'strips: u32,',
    ]),
    block('struct Shape', [
      'tokens: u32,',
      'all_tokens: u32,',
      'strips: u32,',
      'heads_per_invocation: u32,',
      'direction: f32,',
      'table_rows: u32,',
      ...geometryFields(spec),
      ...operands.map(({ name }) => `@align(16) ${name}: Operand,`),
    ]),
    block(
      'struct Call',
      callFields(spec).map((field) => `${field}: u32,`),
    ),
    block('struct Place', [
      'batch: u32,',
      'token: u32,',
      'column: u32,',
      'strip: u32,',
      ...when(positions !== null && !spec.inPlace, ['known: bool,']),
    ]),
  ]
}

function bindings(spec: ShaderSpec): Lines {
  const extra = extraBindings(spec)
  const { positions } = spec
  return [
    '@group(0) @binding(0) var<uniform> shape: Shape;',
    `@group(0) @binding(1) var<storage, read> rows: array<${float(rowLanesOf(spec))}>;`,
    ...tensorBindings(spec),
    ...when(positions !== null, [
      `@group(0) @binding(${extra.positions}) var<storage, read> positions: array<u32>;`,
      `@group(0) @binding(${extra.status}) var<storage, read_write> status: atomic<u32>;`,
    ]),
    spec.immediates
      ? 'var<immediate> call: Call;'
      : `@group(0) @binding(${extra.call}) var<uniform> call: Call;`,
  ]
}

/** The row of an id, and whether the table has it. */
function positionLines(spec: ShaderSpec): Lines {
  const { positions } = spec
  const index = 'place.batch * call.batch_stride + place.token'
  if (positions === null) return [`let row = ${index};`]
  const { dtype, outOfRange } = positions
  const wide = dtype === 'int64'
  const offset = wide ? `2u * (${index})` : index
  const sign = wide ? 'id_high' : 'id'
  return [
    `let id_at = call.positions + ${offset};`,
    'let id = positions[id_at];',
    ...when(wide, ['let id_high = positions[id_at + 1u];']),
    wide
      ? 'let known = id_high == 0u && id < shape.table_rows;'
      : 'let known = id < shape.table_rows;',
    ...when(
      spec.counts,
      block('if (!known && place.column == 0u && place.strip == 0u)', ['atomicAdd(&status, 1u);']),
    ),
    ...when(outOfRange === 'skip' && spec.inPlace, block('if (!known)', ['return;'])),
    ...(dtype === 'uint32'
      ? ['let row = min(id, shape.table_rows - 1u);']
      : [
          `let is_negative = ${sign} >= 0x80000000u;`,
          'let highest = select(shape.table_rows - 1u, 0u, is_negative);',
          'let row = select(highest, id, known);',
        ]),
    ...when(!spec.inPlace, ['place.known = known;']),
  ]
}

function main(spec: ShaderSpec): Lines {
  const columns = number(spec, 'columns')
  return [
    `@compute @workgroup_size(${WORKGROUP_SIZE})`,
    'fn rotate(',
    '  @builtin(workgroup_id) group: vec3u,',
    '  @builtin(num_workgroups) groups: vec3u,',
    '  @builtin(local_invocation_index) lane: u32,',
    ...block(')', [
      `let invocation = (group.y * groups.x + group.x) * ${WORKGROUP_SIZE}u + lane;`,
      `let task = invocation / ${columns};`,
      'let token = task / shape.strips;',
      ...block('if (token >= shape.all_tokens)', ['return;']),
      'var place: Place;',
      `place.column = invocation % ${columns};`,
      'place.strip = task % shape.strips;',
      'place.batch = token / shape.tokens;',
      'place.token = token % shape.tokens;',
      ...when(
        spec.copies,
        block(`if (place.column >= ${number(spec, 'rotated')})`, [
          ...chooseOperand(spec, (name) => `copy_${name}(place);`),
          'return;',
        ]),
      ),
      ...positionLines(spec),
      'let turn = load_turn(row, place.column);',
      ...chooseOperand(spec, (name) => `turn_${name}(place, turn);`),
    ]),
  ]
}

/** The WGSL of a spec; its entry point is `rotate`. */
export function generateShader(spec: ShaderSpec): string {
  const turning = turningOf(spec)
  const lines = sections([
    header(spec),
    geometryConstants(spec),
    ...structs(spec),
    bindings(spec),
    ...turning.declarations,
    ...memoryFunctions(spec),
    ...spec.operands.flatMap((operand) => operandFunctions(spec, operand, turning.members)),
    main(spec),
  ])
  return `${lines.join('\n')}\n`
}
