/**
 * A picture that is drawn again and again in one place of a terminal, and line by line elsewhere.
 */

/** Where it is drawn. */
export interface Screen {
  readonly write: (text: string) => void
  /** Whether lines can be drawn over. */
  readonly isTerminal: boolean
}

/** Something that changes. */
export interface Live {
  /** Shows a picture in place of the last one; `line` says the same where nothing can be drawn over. */
  show(picture: string, line: string): void
  /** Shows a last picture, wherever it is. */
  end(picture: string): void
}

/** Not more pictures than an eye can follow. */
const MILLISECONDS = 250

/** A live picture. */
export function createLive(screen: Screen, now: () => number = Date.now): Live {
  let height = 0
  let last = Number.NEGATIVE_INFINITY
  let lastLine = ''
  const draw = (picture: string): void => {
    // Up to the first line of the last picture, and clear from there on.
    screen.write(`${height > 0 ? `\x1b[${height}A\x1b[J` : ''}${picture}\n`)
    height = picture.split('\n').length
  }
  return {
    show(picture, line) {
      if (!screen.isTerminal) {
        if (line !== lastLine && line !== '') screen.write(`${line}\n`)
        lastLine = line
        return
      }
      if (now() - last < MILLISECONDS) return
      last = now()
      draw(picture)
    },
    end(picture) {
      if (screen.isTerminal) draw(picture)
      else screen.write(`${picture}\n`)
    },
  }
}
