/**
 * Changes to values made of plain objects, lists and scalars: a number becomes its neighbour or one
 * at the end of its range, a part is left out, doubled, moved to another key or replaced by the part
 * of the same name of another seed, a scalar becomes another of almost the same type.
 */
import { chance, pick, type Random, whole } from './random.js'

/** Where numbers go wrong. */
const BOUNDARIES: readonly number[] = [
  ...[0, -0, 1, -1, 2, 0.5, 3, 7, 63, 64, 65, 127, 255, 256, 4096, 65535, 65536, 65537],
  ...[2 ** 20, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 5e-324, 1e-308, 1e-38],
  ...[2 ** -20, 3.5e38, 1e100, 1.7e308, Number.NaN, Number.POSITIVE_INFINITY],
]

type Container = Record<string, unknown> | unknown[]

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
}

/** A copy of plain values, typed arrays included. */
export function copyOf<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copyOf) as Value
  if (ArrayBuffer.isView(value)) return (value as unknown as Uint8Array).slice() as Value
  if (!isContainer(value)) return value
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) copy[key] = copyOf((value as Record<string, unknown>)[key])
  return copy as Value
}

/** Every object and list within a value, itself included. */
function containersIn(value: unknown, found: Container[] = []): Container[] {
  if (!isContainer(value)) return found
  found.push(value)
  for (const key of Object.keys(value)) containersIn(Reflect.get(value, key), found)
  return found
}

function keysOf(container: Container): readonly string[] {
  return Object.keys(container)
}

/** A number near another, or where numbers end. */
export function otherNumber(random: Random, value: number): number {
  if (chance(random, 0.25)) return pick(random, BOUNDARIES)
  return pick(random, [
    value + 1,
    value - 1,
    value * 2,
    value / 2,
    value * 4,
    value * 0.999,
    -value,
    value + 2,
  ])
}

function otherScalar(random: Random, value: unknown): unknown {
  if (typeof value === 'number') return otherNumber(random, value)
  if (typeof value === 'boolean') return !value
  if (typeof value === 'string') {
    return pick(random, [
      value.toUpperCase(),
      `${value} `,
      '',
      value.slice(1),
      'default',
      'linear',
      'yarn',
    ])
  }
  return pick(random, [null, 0, 1, '', false, [], {}])
}

/** The same content in another type. */
function otherType(random: Random, value: unknown): unknown {
  if (typeof value === 'number') {
    const whole = Number.isSafeInteger(value) ? BigInt(value) : value
    return pick<unknown>(random, [String(value), [value], whole, { value }, true])
  }
  return pick<unknown>(random, [
    [value],
    String(value === undefined ? 0 : typeof value),
    { value },
    null,
    undefined,
  ])
}

function set(container: Container, key: string, value: unknown): void {
  // As JSON.parse does it: a key named __proto__ is a key like any other.
  const how = { value, enumerable: true, configurable: true, writable: true }
  Object.defineProperty(container, key, how)
}

function changeList(random: Random, list: unknown[]): void {
  const at = whole(random, 0, list.length)
  switch (whole(random, 0, 3)) {
    case 0:
      list.splice(at, 1)
      return
    case 1:
      list.splice(at, 0, copyOf(list[at] ?? 0))
      return
    case 2:
      list.length = at
      return
    default:
      list.reverse()
  }
}

/** One change somewhere within `root`, in place; `other` is where parts are taken from. */
function change(random: Random, root: unknown, other: unknown): void {
  const container = pick(random, containersIn(root))
  if (Array.isArray(container) && chance(random, 0.3)) {
    changeList(random, container)
    return
  }
  const keys = keysOf(container)
  if (keys.length === 0) return
  const key = pick(random, keys)
  const value: unknown = Reflect.get(container, key)
  const roll = random()
  if (roll < 0.45)
    set(container, key, isContainer(value) ? copyOf(value) : otherScalar(random, value))
  else if (roll < 0.7) splice(random, container, key, other)
  else if (roll < 0.82) Reflect.deleteProperty(container, key)
  else if (roll < 0.92) set(container, pick(random, keys), copyOf(value))
  else set(container, key, otherType(random, value))
}

/** The part of the same name of another seed, or any part of it under its own name. */
function splice(random: Random, container: Container, key: string, other: unknown): void {
  const from = containersIn(other)
  if (from.length === 0) return
  const same = from.find((part) => Object.hasOwn(part, key))
  if (same !== undefined && chance(random, 0.7)) {
    set(container, key, copyOf(Reflect.get(same, key)))
    return
  }
  const part = pick(random, from)
  const keys = keysOf(part)
  if (keys.length === 0 || Array.isArray(container) !== Array.isArray(part)) return
  const taken = pick(random, keys)
  set(container, taken, copyOf(Reflect.get(part, taken)))
}

/** One of the seeds with no to three changes. */
export function mutated<Seed>(random: Random, seeds: readonly Seed[]): Seed {
  const value = copyOf(pick(random, seeds))
  const changes = pick(random, [0, 1, 1, 1, 2, 2, 3])
  for (let i = 0; i < changes; i++) change(random, value, pick(random, seeds))
  return value
}
