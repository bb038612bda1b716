/**
 * Text <-> tokens, as SentencePiece's byte-pair encoding does it: characters (bytes where a
 * character is unknown), then the best-scored merge of two neighbours, again and again.
 */
import { RopeError } from '@rope/core'

/** A piece of text and its score; a higher score is merged earlier. */
type Piece = readonly [string, number]

/** The vocabulary's sign for a space. */
const SPACE = '\u2581'
const BYTE_PIECE = /^<0x([0-9A-F]{2})>$/

/** Turns tokens into text one at a time, for streaming. */
export interface TextStream {
  /** The text that `token` completes; empty while a character's bytes are incomplete. */
  push(token: number): string
  /** What is left of an incomplete character. */
  end(): string
}

/** A vocabulary and the rules to use it. */
export class Tokenizer {
  /** Tokens in the vocabulary. */
  readonly size: number
  /** Characters of the longest piece: no text has fewer tokens than its length divided by this. */
  readonly longestPiece: number
  readonly #startToken: number
  readonly #texts: readonly string[]
  readonly #scores: readonly number[]
  /** Text pieces and bytes by what they stand for; control tokens are in neither. */
  readonly #textTokens: ReadonlyMap<string, number>
  readonly #byteTokens: ReadonlyMap<number, number>
  readonly #bytes: readonly Uint8Array[]

  constructor(pieces: readonly Piece[], startToken: number) {
    const texts = pieces.map(([text]) => text.replaceAll(SPACE, ' '))
    this.size = pieces.length
    this.#startToken = startToken
    this.#texts = texts
    this.#scores = pieces.map(([, score]) => score)
    this.#bytes = texts.map(bytesOfPiece)
    this.#textTokens = new Map(
      texts.map((text, token) => [text, token] as const).filter(([text]) => !isSpecial(text)),
    )
    this.#byteTokens = new Map(
      texts.flatMap((text, token) => (isByte(text) ? [[byteOf(text), token] as const] : [])),
    )
    this.longestPiece = Math.max(...Array.from(this.#textTokens.keys(), (text) => text.length), 1)
  }

  /** The tokens of a text: the start token, then the text after one space of its own. */
  encode(text: string): number[] {
    if (text === '') return [this.#startToken]
    const tokens = Array.from(` ${text}`).flatMap((character) => this.#encodeCharacter(character))
    let merged = true
    while (merged) merged = this.#mergeBest(tokens)
    return [this.#startToken, ...tokens]
  }

  /** The text of tokens: the inverse of `encode`. */
  decode(tokens: Iterable<number>): string {
    const stream = this.stream()
    let text = ''
    for (const token of tokens) text += stream.push(token)
    return text + stream.end()
  }

  /** Decodes a story token by token; the space that `encode` puts in front is taken away. */
  stream(): TextStream {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    let atStart = true
    return {
      push: (token) => {
        if (token === this.#startToken) return ''
        const text = decoder.decode(this.#bytes[token], { stream: true })
        const skip = atStart && text.startsWith(' ') ? 1 : 0
        atStart = false
        return text.slice(skip)
      },
      end: () => decoder.decode(),
    }
  }

  #encodeCharacter(character: string): number[] {
    const token = this.#textTokens.get(character)
    if (token !== undefined) return [token]
    return Array.from(
      new TextEncoder().encode(character),
      (byte) => this.#byteTokens.get(byte) ?? 0,
    )
  }

  /**
   * Merges the two neighbours whose joint piece scores best, the first of equals; false if none.
   * A byte's text is its name, such as <0x41>, which is part of no longer piece.
   */
  #mergeBest(tokens: number[]): boolean {
    let best = { index: -1, token: -1, score: Number.NEGATIVE_INFINITY }
    for (const [index, left] of tokens.slice(0, -1).entries()) {
      const joint = `${this.#texts[left]}${this.#texts[tokens[index + 1] ?? 0]}`
      const token = this.#textTokens.get(joint)
      const score = token === undefined ? undefined : this.#scores[token]
      if (token === undefined || score === undefined || score <= best.score) continue
      best = { index, token, score }
    }
    if (best.index >= 0) tokens.splice(best.index, 2, best.token)
    return best.index >= 0
  }
}

/**
 * Reads a parsed `tokenizer.json`.
 *
 * @throws RopeError INVALID_FILE when it is not a vocabulary of pieces and scores
 */
export function readTokenizer(json: unknown, startToken: number): Tokenizer {
  const { type, pieces } = (json ?? {}) as { readonly type?: unknown; readonly pieces?: unknown }
  if (type !== 'sentencepiece-bpe' || !Array.isArray(pieces) || !pieces.every(isPiece)) {
    throw new RopeError(
      'INVALID_FILE',
      'tokenizer.json holds no vocabulary; accepted: { "type": "sentencepiece-bpe", "pieces": [["text", score], ...] }',
      { field: 'pieces' },
    )
  }
  return new Tokenizer(pieces, startToken)
}

function isPiece(value: unknown): value is Piece {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number'
}

function isByte(text: string): boolean {
  return BYTE_PIECE.test(text)
}

function byteOf(text: string): number {
  return Number.parseInt(BYTE_PIECE.exec(text)?.[1] ?? '0', 16)
}

/** Bytes and control tokens, which no text is encoded to by their names. */
function isSpecial(text: string): boolean {
  return isByte(text) || text === '<unk>' || text === '<s>' || text === '</s>'
}

function bytesOfPiece(text: string): Uint8Array {
  return isByte(text) ? Uint8Array.of(byteOf(text)) : new TextEncoder().encode(text)
}
