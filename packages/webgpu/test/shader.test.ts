/**
 * The generated WGSL, to be read. What it computes is proven on devices; here is what it says.
 */
import { describe, expect, test } from 'vitest'
import { generateShader } from '../src/shader/generate.js'
import { everySpec, makeSpec } from './support/specs.js'

/** One function of a shader, with the comment before it. */
function part(code: string, name: string): string {
  const sections = code.split('\n\n')
  return sections.find((section) => section.includes(`fn ${name}(`)) ?? `no ${name}`
}

test('float32 in place, the common case', () => {
  expect(generateShader(makeSpec())).toMatchInlineSnapshot(`
    "// Rotates q and k in place: float32, half pairing, 4 channels at a time.
    requires immediate_address_space;

    const COLUMNS = 16u;
    const WINDOW = 0u;
    const PARTNER = 16u;
    const ROW = 32u;
    const SINE = 16u;

    struct Strides {
      batch: u32,
      token: u32,
      head: u32,
      channel: u32,
    }

    struct Operand {
      source_strides: Strides,
      target_strides: Strides,
      heads: u32,
      strips: u32,
    }

    struct Shape {
      tokens: u32,
      all_tokens: u32,
      strips: u32,
      heads_per_invocation: u32,
      direction: f32,
      table_rows: u32,
      @align(16) q: Operand,
      @align(16) k: Operand,
    }

    struct Call {
      rows: u32,
      batch_stride: u32,
      q_source: u32,
      k_source: u32,
    }

    struct Place {
      batch: u32,
      token: u32,
      column: u32,
      strip: u32,
    }

    @group(0) @binding(0) var<uniform> shape: Shape;
    @group(0) @binding(1) var<storage, read> rows: array<vec4f>;
    @group(0) @binding(2) var<storage, read_write> q: array<vec4u>;
    @group(0) @binding(3) var<storage, read_write> k: array<vec4u>;
    var<immediate> call: Call;

    // The cos and sin of the channels that one invocation turns.
    struct Turn {
      cosine: vec4f,
      sine: vec4f,
    }

    fn load_turn(row: u32, column: u32) -> Turn {
      let at = call.rows + row * ROW + column;
      return Turn(rows[at], shape.direction * rows[at + SINE]);
    }

    struct Pair {
      x: vec4u,
      y: vec4u,
    }

    fn turn_words(x_words: vec4u, y_words: vec4u, turn: Turn) -> Pair {
      let x = bitcast<vec4f>(x_words);
      let y = bitcast<vec4f>(y_words);
      let x_turned = x * turn.cosine - y * turn.sine;
      let y_turned = y * turn.cosine + x * turn.sine;
      return Pair(bitcast<vec4u>(x_turned), bitcast<vec4u>(y_turned));
    }

    fn turn_q(place: Place, turn: Turn) {
      let source_start = call.q_source
        + place.batch * shape.q.source_strides.batch + place.token * shape.q.source_strides.token;
      let column = WINDOW + place.column;
      let first = place.strip * shape.heads_per_invocation;
      let last = min(first + shape.heads_per_invocation, shape.q.heads);
      for (var head = first; head < last; head++) {
        let source_at = source_start + column + head * shape.q.source_strides.head;
        let x = q[source_at];
        let y = q[source_at + PARTNER];
        let turned = turn_words(x, y, turn);
        q[source_at] = turned.x;
        q[source_at + PARTNER] = turned.y;
      }
    }

    fn turn_k(place: Place, turn: Turn) {
      let source_start = call.k_source
        + place.batch * shape.k.source_strides.batch + place.token * shape.k.source_strides.token;
      let column = WINDOW + place.column;
      let first = place.strip * shape.heads_per_invocation;
      let last = min(first + shape.heads_per_invocation, shape.k.heads);
      for (var head = first; head < last; head++) {
        let source_at = source_start + column + head * shape.k.source_strides.head;
        let x = k[source_at];
        let y = k[source_at + PARTNER];
        let turned = turn_words(x, y, turn);
        k[source_at] = turned.x;
        k[source_at + PARTNER] = turned.y;
      }
    }

    @compute @workgroup_size(64)
    fn rotate(
      @builtin(workgroup_id) group: vec3u,
      @builtin(num_workgroups) groups: vec3u,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let invocation = (group.y * groups.x + group.x) * 64u + lane;
      let task = invocation / COLUMNS;
      let token = task / shape.strips;
      if (token >= shape.all_tokens) {
        return;
      }
      var place: Place;
      place.column = invocation % COLUMNS;
      place.strip = task % shape.strips;
      place.batch = token / shape.tokens;
      place.token = token % shape.tokens;
      let row = place.batch * call.batch_stride + place.token;
      let turn = load_turn(row, place.column);
      if (place.strip < shape.q.strips) {
        turn_q(place, turn);
      } else {
        place.strip -= shape.q.strips;
        turn_k(place, turn);
      }
    }
    "
  `)
})

test('bfloat16 out of place, interleaved, with channels outside the window', () => {
  const spec = makeSpec({
    dtype: 'bfloat16',
    pairing: 'interleaved',
    inPlace: false,
    pairs: 32,
    windowOffset: 16,
    immediates: false,
  })
  expect(generateShader(spec)).toMatchInlineSnapshot(`
    "// Rotates q out of place: bfloat16, interleaved pairing, 8 channels at a time.

    const COLUMNS = 16u;
    const ROTATED = 8u;
    const WINDOW = 2u;
    const WINDOW_SIZE = 8u;
    const ROW = 16u;
    const SINE = 8u;

    struct Strides {
      batch: u32,
      token: u32,
      head: u32,
      channel: u32,
    }

    struct Operand {
      source_strides: Strides,
      target_strides: Strides,
      heads: u32,
      strips: u32,
    }

    struct Shape {
      tokens: u32,
      all_tokens: u32,
      strips: u32,
      heads_per_invocation: u32,
      direction: f32,
      table_rows: u32,
      @align(16) q: Operand,
    }

    struct Call {
      rows: u32,
      batch_stride: u32,
      q_source: u32,
      q_target: u32,
    }

    struct Place {
      batch: u32,
      token: u32,
      column: u32,
      strip: u32,
    }

    @group(0) @binding(0) var<uniform> shape: Shape;
    @group(0) @binding(1) var<storage, read> rows: array<vec4f>;
    @group(0) @binding(2) var<storage, read> q: array<vec4u>;
    @group(0) @binding(3) var<storage, read_write> out_q: array<vec4u>;
    @group(0) @binding(4) var<uniform> call: Call;

    fn low(words: vec4u) -> vec4f {
      return bitcast<vec4f>(words << vec4u(16u));
    }

    fn high(words: vec4u) -> vec4f {
      return bitcast<vec4f>(words & vec4u(0xffff0000u));
    }

    // To nearest even; the carry of rounding must not turn a NaN into something else.
    fn narrow(values: vec4f) -> vec4u {
      let bits = bitcast<vec4u>(values);
      let odd = (bits >> vec4u(16u)) & vec4u(1u);
      let rounded = (bits + vec4u(0x7fffu) + odd) >> vec4u(16u);
      let is_nan = (bits & vec4u(0x7fffffffu)) > vec4u(0x7f800000u);
      return select(rounded, (bits >> vec4u(16u)) | vec4u(0x40u), is_nan);
    }

    fn join(low: vec4f, high: vec4f) -> vec4u {
      return narrow(low) | (narrow(high) << vec4u(16u));
    }

    // The cos and sin of the channels that one invocation turns.
    struct Turn {
      cosine: vec4f,
      sine: vec4f,
    }

    fn load_turn(row: u32, column: u32) -> Turn {
      let at = call.rows + row * ROW + column;
      return Turn(rows[at], shape.direction * rows[at + SINE]);
    }

    fn turn_words(words: vec4u, turn: Turn) -> vec4u {
      let x = low(words);
      let y = high(words);
      return join(x * turn.cosine - y * turn.sine, y * turn.cosine + x * turn.sine);
    }

    fn turn_q(place: Place, turn: Turn) {
      let source_start = call.q_source
        + place.batch * shape.q.source_strides.batch + place.token * shape.q.source_strides.token;
      let target_start = call.q_target
        + place.batch * shape.q.target_strides.batch + place.token * shape.q.target_strides.token;
      let column = WINDOW + place.column;
      let first = place.strip * shape.heads_per_invocation;
      let last = min(first + shape.heads_per_invocation, shape.q.heads);
      for (var head = first; head < last; head++) {
        let source_at = source_start + column + head * shape.q.source_strides.head;
        let target_at = target_start + column + head * shape.q.target_strides.head;
        let words = q[source_at];
        let turned = turn_words(words, turn);
        out_q[target_at] = turned;
      }
    }

    fn copy_q(place: Place) {
      let outside = place.column - ROTATED;
      let source_start = call.q_source
        + place.batch * shape.q.source_strides.batch + place.token * shape.q.source_strides.token;
      let target_start = call.q_target
        + place.batch * shape.q.target_strides.batch + place.token * shape.q.target_strides.token;
      let column = select(outside, outside + WINDOW_SIZE, outside >= WINDOW);
      let first = place.strip * shape.heads_per_invocation;
      let last = min(first + shape.heads_per_invocation, shape.q.heads);
      for (var head = first; head < last; head++) {
        let source_at = source_start + column + head * shape.q.source_strides.head;
        let target_at = target_start + column + head * shape.q.target_strides.head;
        out_q[target_at] = q[source_at];
      }
    }

    @compute @workgroup_size(64)
    fn rotate(
      @builtin(workgroup_id) group: vec3u,
      @builtin(num_workgroups) groups: vec3u,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let invocation = (group.y * groups.x + group.x) * 64u + lane;
      let task = invocation / COLUMNS;
      let token = task / shape.strips;
      if (token >= shape.all_tokens) {
        return;
      }
      var place: Place;
      place.column = invocation % COLUMNS;
      place.strip = task % shape.strips;
      place.batch = token / shape.tokens;
      place.token = token % shape.tokens;
      if (place.column >= ROTATED) {
        copy_q(place);
        return;
      }
      let row = place.batch * call.batch_stride + place.token;
      let turn = load_turn(row, place.column);
      turn_q(place, turn);
    }
    "
  `)
})

test('float16 by single elements, which share words with others', () => {
  const spec = makeSpec({ dtype: 'float16', access: 'element' })
  expect(generateShader(spec)).toMatchInlineSnapshot(`
    "// Rotates q and k in place: float16, any pairing, one element at a time.
    requires immediate_address_space;

    struct Strides {
      batch: u32,
      token: u32,
      head: u32,
      channel: u32,
    }

    struct Operand {
      source_strides: Strides,
      target_strides: Strides,
      heads: u32,
      strips: u32,
    }

    struct Shape {
      tokens: u32,
      all_tokens: u32,
      strips: u32,
      heads_per_invocation: u32,
      direction: f32,
      table_rows: u32,
      columns: u32,
      rotated: u32,
      window: u32,
      window_size: u32,
      step: u32,
      partner: u32,
      row: u32,
      sine: u32,
      @align(16) q: Operand,
      @align(16) k: Operand,
    }

    struct Call {
      rows: u32,
      batch_stride: u32,
      q_source: u32,
      k_source: u32,
    }

    struct Place {
      batch: u32,
      token: u32,
      column: u32,
      strip: u32,
    }

    @group(0) @binding(0) var<uniform> shape: Shape;
    @group(0) @binding(1) var<storage, read> rows: array<f32>;
    @group(0) @binding(2) var<storage, read_write> q: array<atomic<u32>>;
    @group(0) @binding(3) var<storage, read_write> k: array<atomic<u32>>;
    var<immediate> call: Call;

    fn low(words: u32) -> f32 {
      return unpack2x16float(words).x;
    }

    // To nearest even. 0xc8000000 takes the exponent from a bias of 127 to one of 15; below 2^-14,
    // the sum with 0.5 leaves as many bits as a subnormal has.
    fn narrow(values: f32) -> u32 {
      let bits = bitcast<u32>(values);
      let magnitude = bits & 0x7fffffffu;
      let odd = (magnitude >> 13u) & 1u;
      let normal = (magnitude + 0xc8000fffu + odd) >> 13u;
      let subnormal = bitcast<u32>(abs(values) + 0.5) - 0x3f000000u;
      let finite = select(normal, subnormal, magnitude < 0x38800000u);
      let bounded = min(finite, 0x7c00u);
      let rounded = select(bounded, 0x7e00u, magnitude > 0x7f800000u);
      return rounded | ((bits >> 16u) & 0x8000u);
    }

    // The cos and sin of the channels that one invocation turns.
    struct Turn {
      cosine: f32,
      sine: f32,
    }

    fn load_turn(row: u32, column: u32) -> Turn {
      let at = call.rows + row * shape.row + column;
      return Turn(rows[at], shape.direction * rows[at + shape.sine]);
    }

    struct Pair {
      x: u32,
      y: u32,
    }

    fn turn_words(x_words: u32, y_words: u32, turn: Turn) -> Pair {
      let x = low(x_words);
      let y = low(y_words);
      let x_turned = x * turn.cosine - y * turn.sine;
      let y_turned = y * turn.cosine + x * turn.sine;
      return Pair(narrow(x_turned), narrow(y_turned));
    }

    fn load_q(at: u32) -> u32 {
      return (atomicLoad(&q[at >> 1u]) >> ((at & 1u) * 16u)) & 0xffffu;
    }

    // Only this invocation changes these 16 bits, so what they differ by is known.
    fn store_q(at: u32, bits: u32) {
      let difference = load_q(at) ^ bits;
      atomicXor(&q[at >> 1u], difference << ((at & 1u) * 16u));
    }

    fn load_k(at: u32) -> u32 {
      return (atomicLoad(&k[at >> 1u]) >> ((at & 1u) * 16u)) & 0xffffu;
    }

    // Only this invocation changes these 16 bits, so what they differ by is known.
    fn store_k(at: u32, bits: u32) {
      let difference = load_k(at) ^ bits;
      atomicXor(&k[at >> 1u], difference << ((at & 1u) * 16u));
    }

    fn turn_q(place: Place, turn: Turn) {
      let source_start = call.q_source
        + place.batch * shape.q.source_strides.batch + place.token * shape.q.source_strides.token;
      let channel = shape.window + place.column * shape.step;
      let source_column = channel * shape.q.source_strides.channel;
      let source_partner = shape.partner * shape.q.source_strides.channel;
      let first = place.strip * shape.heads_per_invocation;
      let last = min(first + shape.heads_per_invocation, shape.q.heads);
      for (var head = first; head < last; head++) {
        let source_at = source_start + source_column + head * shape.q.source_strides.head;
        let x = load_q(source_at);
        let y = load_q(source_at + source_partner);
        let turned = turn_words(x, y, turn);
        store_q(source_at, turned.x);
        store_q(source_at + source_partner, turned.y);
      }
    }

    fn turn_k(place: Place, turn: Turn) {
      let source_start = call.k_source
        + place.batch * shape.k.source_strides.batch + place.token * shape.k.source_strides.token;
      let channel = shape.window + place.column * shape.step;
      let source_column = channel * shape.k.source_strides.channel;
      let source_partner = shape.partner * shape.k.source_strides.channel;
      let first = place.strip * shape.heads_per_invocation;
      let last = min(first + shape.heads_per_invocation, shape.k.heads);
      for (var head = first; head < last; head++) {
        let source_at = source_start + source_column + head * shape.k.source_strides.head;
        let x = load_k(source_at);
        let y = load_k(source_at + source_partner);
        let turned = turn_words(x, y, turn);
        store_k(source_at, turned.x);
        store_k(source_at + source_partner, turned.y);
      }
    }

    @compute @workgroup_size(64)
    fn rotate(
      @builtin(workgroup_id) group: vec3u,
      @builtin(num_workgroups) groups: vec3u,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let invocation = (group.y * groups.x + group.x) * 64u + lane;
      let task = invocation / shape.columns;
      let token = task / shape.strips;
      if (token >= shape.all_tokens) {
        return;
      }
      var place: Place;
      place.column = invocation % shape.columns;
      place.strip = task % shape.strips;
      place.batch = token / shape.tokens;
      place.token = token % shape.tokens;
      let row = place.batch * call.batch_stride + place.token;
      let turn = load_turn(row, place.column);
      if (place.strip < shape.q.strips) {
        turn_q(place, turn);
      } else {
        place.strip -= shape.q.strips;
        turn_k(place, turn);
      }
    }
    "
  `)
})

describe('float16', () => {
  test('rounds in integers where the device has no conversions', () => {
    const code = generateShader(makeSpec({ dtype: 'float16' }))
    expect(part(code, 'narrow')).toMatchInlineSnapshot(`
      "// To nearest even. 0xc8000000 takes the exponent from a bias of 127 to one of 15; below 2^-14,
      // the sum with 0.5 leaves as many bits as a subnormal has.
      fn narrow(values: vec4f) -> vec4u {
        let bits = bitcast<vec4u>(values);
        let magnitude = bits & vec4u(0x7fffffffu);
        let odd = (magnitude >> vec4u(13u)) & vec4u(1u);
        let normal = (magnitude + vec4u(0xc8000fffu) + odd) >> vec4u(13u);
        let subnormal = bitcast<vec4u>(abs(values) + 0.5) - vec4u(0x3f000000u);
        let finite = select(normal, subnormal, magnitude < vec4u(0x38800000u));
        let bounded = min(finite, vec4u(0x7c00u));
        let rounded = select(bounded, vec4u(0x7e00u), magnitude > vec4u(0x7f800000u));
        return rounded | ((bits >> vec4u(16u)) & vec4u(0x8000u));
      }"
    `)
    expect(part(code, 'low')).toMatchInlineSnapshot(`
      "fn low(words: vec4u) -> vec4f {
        return vec4f(
          unpack2x16float(words.x).x,
          unpack2x16float(words.y).x,
          unpack2x16float(words.z).x,
          unpack2x16float(words.w).x,
        );
      }"
    `)
  })

  test('leaves it to the device where it has shader-f16', () => {
    const code = generateShader(makeSpec({ dtype: 'float16', nativeHalf: true }))
    expect(code.startsWith('// Rotates q and k in place: float16')).toBe(true)
    expect(code).toContain('enable f16;')
    expect(code).not.toContain('fn narrow')
    expect(part(code, 'low')).toMatchInlineSnapshot(`
      "fn low(words: vec4u) -> vec4f {
        return vec4f(
          f32(bitcast<vec2<f16>>(words.x).x),
          f32(bitcast<vec2<f16>>(words.y).x),
          f32(bitcast<vec2<f16>>(words.z).x),
          f32(bitcast<vec2<f16>>(words.w).x),
        );
      }"
    `)
    expect(part(code, 'join')).toMatchInlineSnapshot(`
      "fn join(low: vec4f, high: vec4f) -> vec4u {
        return vec4u(
          bitcast<u32>(vec2<f16>(vec2f(low.x, high.x))),
          bitcast<u32>(vec2<f16>(vec2f(low.y, high.y))),
          bitcast<u32>(vec2<f16>(vec2f(low.z, high.z))),
          bitcast<u32>(vec2<f16>(vec2f(low.w, high.w))),
        );
      }"
    `)
  })

  test('turns two neighbours of every word at once', () => {
    const code = generateShader(makeSpec({ dtype: 'float16' }))
    expect(part(code, 'load_turn')).toMatchInlineSnapshot(`
      "fn load_turn(row: u32, column: u32) -> Turn {
        let at = call.rows + row * ROW + 2u * column;
        let cosine_a = rows[at];
        let cosine_b = rows[at + 1u];
        let sine_a = shape.direction * rows[at + SINE];
        let sine_b = shape.direction * rows[at + SINE + 1u];
        return Turn(
          vec4f(cosine_a.xz, cosine_b.xz),
          vec4f(cosine_a.yw, cosine_b.yw),
          vec4f(sine_a.xz, sine_b.xz),
          vec4f(sine_a.yw, sine_b.yw),
        );
      }"
    `)
    expect(part(code, 'turn_words')).toMatchInlineSnapshot(`
      "fn turn_words(x_words: vec4u, y_words: vec4u, turn: Turn) -> Pair {
        let x_low = low(x_words);
        let x_high = high(x_words);
        let y_low = low(y_words);
        let y_high = high(y_words);
        let x_turned_low = x_low * turn.cosine_low - y_low * turn.sine_low;
        let x_turned_high = x_high * turn.cosine_high - y_high * turn.sine_high;
        let y_turned_low = y_low * turn.cosine_low + x_low * turn.sine_low;
        let y_turned_high = y_high * turn.cosine_high + x_high * turn.sine_high;
        return Pair(join(x_turned_low, x_turned_high), join(y_turned_low, y_turned_high));
      }"
    `)
  })
})

test('positions on the GPU: tokens outside the table are left alone and counted', () => {
  const code = generateShader(makeSpec({ positions: { dtype: 'int64', outOfRange: 'skip' } }))
  expect(part(code, 'rotate')).toMatchInlineSnapshot(`
    "@compute @workgroup_size(64)
    fn rotate(
      @builtin(workgroup_id) group: vec3u,
      @builtin(num_workgroups) groups: vec3u,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let invocation = (group.y * groups.x + group.x) * 64u + lane;
      let task = invocation / COLUMNS;
      let token = task / shape.strips;
      if (token >= shape.all_tokens) {
        return;
      }
      var place: Place;
      place.column = invocation % COLUMNS;
      place.strip = task % shape.strips;
      place.batch = token / shape.tokens;
      place.token = token % shape.tokens;
      let id_at = call.positions + 2u * (place.batch * call.batch_stride + place.token);
      let id = positions[id_at];
      let id_high = positions[id_at + 1u];
      let known = id_high == 0u && id < shape.table_rows;
      if (!known && place.column == 0u && place.strip == 0u) {
        atomicAdd(&status, 1u);
      }
      if (!known) {
        return;
      }
      let is_negative = id_high >= 0x80000000u;
      let highest = select(shape.table_rows - 1u, 0u, is_negative);
      let row = select(highest, id, known);
      let turn = load_turn(row, place.column);
      if (place.strip < shape.q.strips) {
        turn_q(place, turn);
      } else {
        place.strip -= shape.q.strips;
        turn_k(place, turn);
      }
    }
    "
  `)
})

describe.each([true, false])('every shader (shader-f16: %s)', (shaderF16) => {
  const codes = everySpec(shaderF16).map(generateShader)

  test('is another one', () => {
    expect(codes.length).toBeGreaterThan(150)
    // The one shader for single elements serves every pairing.
    expect(new Set(codes).size).toBeGreaterThan(codes.length * 0.8)
  })

  test('computes no angles', () => {
    expect(codes.filter((code) => /\b(sin|cos|tan|pow|exp2?|log2?)\s*\(/.test(code))).toEqual([])
  })

  test('has names in snake case and no line too long', () => {
    const declared = codes.flatMap(
      (code) => code.match(/(?<=\b(fn|let|var|var<[^>]+>) )\w+/g) ?? [],
    )
    expect(declared.length).toBeGreaterThan(1000)
    expect(declared.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([])
    const long = codes.flatMap((code) => code.split('\n').filter((line) => line.length > 100))
    expect([...new Set(long)]).toEqual([])
  })

  test('uses immediates only where it says so', () => {
    for (const code of codes) {
      expect(code.includes('var<immediate>')).toBe(
        code.includes('requires immediate_address_space;'),
      )
    }
  })
})
