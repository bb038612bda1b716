/**
 * Reads a safetensors header: JSON of one fixed shape, so it is read by that shape. Unlike a
 * general JSON parser this keeps the file's order, sees duplicate keys, never rounds an integer
 * and has a fixed depth; its time and memory are linear in the header's length.
 */

/** What the header says about one tensor, unchecked beyond its syntax. */
export interface HeaderEntry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** First byte and the one past the last, counted from the end of the header. */
  readonly dataOffsets: readonly number[]
}

/** A header's contents, in the order of the file. */
export interface Header {
  readonly metadata: ReadonlyMap<string, string>
  readonly entries: readonly HeaderEntry[]
}

/** The one key of the header that is not a tensor's name. */
export const METADATA_KEY = '__metadata__'

/** Lone surrogates: they have no UTF-8 form. The `u` flag makes pairs one character. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** Any control character: C0 is escaped by JSON, but delete and C1 also reach a terminal. */
const CONTROL = /[\u007f-\u009f]/g

/** A string out of a file, quoted, escaped and shortened for a message. */
export function quote(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text
  return JSON.stringify(short).replace(CONTROL, (control) => {
    return `\\u00${control.charCodeAt(0).toString(16)}`
  })
}

/** True for text that UTF-8 can carry. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

/**
 * Reads the header's text.
 *
 * @param fail called with the problem, and the name of the tensor it lies in, if any; must throw
 */
export function readHeader(text: string, fail: (problem: string, name?: string) => never): Header {
  return new HeaderReader(text, fail).read()
}

class HeaderReader {
  readonly #text: string
  readonly #fail: (problem: string, name?: string) => never
  #at = 0
  #tensor: string | undefined

  constructor(text: string, fail: (problem: string, name?: string) => never) {
    this.#text = text
    this.#fail = fail
  }

  read(): Header {
    const entries: HeaderEntry[] = []
    let metadata: ReadonlyMap<string, string> = new Map()
    this.#object('the header', (key) => {
      if (key === METADATA_KEY) metadata = this.#metadata()
      else entries.push(this.#entry(key))
    })
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#unexpected('the end of the header')
    return { metadata, entries }
  }

  #metadata(): ReadonlyMap<string, string> {
    const metadata = new Map<string, string>()
    this.#object(METADATA_KEY, (key) => {
      metadata.set(key, this.#string(`a string as value of ${quote(key)} in ${METADATA_KEY}`))
    })
    return metadata
  }

  #entry(name: string): HeaderEntry {
    this.#tensor = name
    let dtype: string | undefined
    let shape: readonly number[] | undefined
    let dataOffsets: readonly number[] | undefined
    this.#object('the tensor', (key) => {
      if (key === 'dtype') dtype = this.#string('a dtype name')
      else if (key === 'shape') shape = this.#integers(key)
      else if (key === 'data_offsets') dataOffsets = this.#integers(key)
      else this.#stop(`has an unknown field ${quote(key)}; accepted: dtype, shape, data_offsets`)
    })
    if (dtype === undefined) this.#stop('has no dtype')
    if (shape === undefined) this.#stop('has no shape')
    if (dataOffsets === undefined) this.#stop('has no data_offsets')
    this.#tensor = undefined
    return { name, dtype, shape, dataOffsets }
  }

  /** An object whose members `visit` reads, each key at most once. */
  #object(what: string, visit: (key: string) => void): void {
    this.#expect('{', `"{", the start of ${what}`)
    const seen = new Set<string>()
    this.#skipSpace()
    if (this.#take('}')) return
    do {
      this.#skipSpace()
      const key = this.#string(`a key of ${what}`)
      if (seen.has(key)) this.#stop(`${what} has the key ${quote(key)} twice; keys are unique`)
      seen.add(key)
      this.#skipSpace()
      this.#expect(':', '":"')
      this.#skipSpace()
      visit(key)
      this.#skipSpace()
    } while (this.#take(','))
    this.#expect('}', '"," or "}"')
  }

  #integers(what: string): readonly number[] {
    const values: number[] = []
    this.#expect('[', `"[", the start of ${what}`)
    this.#skipSpace()
    if (this.#take(']')) return values
    do {
      this.#skipSpace()
      values.push(this.#integer(what))
      this.#skipSpace()
    } while (this.#take(','))
    this.#expect(']', '"," or "]"')
    return values
  }

  /** Digits only: the format's integers have no sign, fraction or exponent. */
  #integer(what: string): number {
    const start = this.#at
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at += 1
    const digits = this.#at - start
    if (digits === 0) this.#unexpected(`a non-negative integer in ${what}`)
    if (digits > 1 && this.#text[start] === '0')
      this.#stop(`${what} has a number that starts with 0`)
    // 2^53 - 1 has 16 digits; longer ones are refused before they are converted.
    const value = digits > 16 ? Number.POSITIVE_INFINITY : Number(this.#text.slice(start, this.#at))
    if (!Number.isSafeInteger(value)) {
      const found = quote(this.#text.slice(start, this.#at))
      this.#stop(`${what} has ${found}; accepted: integers up to ${Number.MAX_SAFE_INTEGER}`)
    }
    return value
  }

  #string(what: string): string {
    const start = this.#at
    this.#expect('"', what)
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"') {
      this.#at += this.#text[this.#at] === '\\' ? 2 : 1
    }
    this.#expect('"', 'the closing quote of a string')
    const value = this.#unescape(this.#text.slice(start, this.#at), start)
    if (!isWellFormed(value)) this.#stop(`${quote(value)} holds half a surrogate pair`)
    return value
  }

  #unescape(literal: string, start: number): string {
    try {
      return JSON.parse(literal) as string
    } catch {
      return this.#stop(`the string at character ${start} has a bad escape or a control character`)
    }
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #expect(character: string, what: string): void {
    if (!this.#take(character)) this.#unexpected(what)
  }

  #unexpected(expected: string): never {
    const found = this.#text[this.#at]
    const given = found === undefined ? 'the header ends' : `found ${quote(found)}`
    return this.#stop(`${given} at character ${this.#at}, where ${expected} should be`)
  }

  #stop(problem: string): never {
    return this.#fail(problem, this.#tensor)
  }
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

/** JSON's white space: space, tab, line feed, carriage return. */
function isSpace(code: number): boolean {
  return code === 32 || code === 9 || code === 10 || code === 13
}
