/**
 * Files by dropping them anywhere in a view, and by a button for those who do not drag.
 */
import type { ComponentChildren, JSX } from 'preact'

/** Where files may be dropped. */
export interface DropAreaProps {
  onFiles(files: Iterable<File>): void
  readonly children: ComponentChildren
}

/** A view that takes files. */
export function DropArea({ onFiles, children }: DropAreaProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a way beside the file button
    <div
      class="stack"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        onFiles(event.dataTransfer?.files ?? [])
      }}
    >
      {children}
    </div>
  )
}

/** The button, and what it takes. */
export interface FileChoiceProps {
  /** As the attribute of an input. */
  readonly accept: string
  onFiles(files: Iterable<File>): void
  /** What to choose. */
  readonly children: ComponentChildren
}

/** A field for files. */
export function FileChoice({ accept, onFiles, children }: FileChoiceProps): JSX.Element {
  return (
    <label class="drop">
      <span>{children}</span>
      <input
        type="file"
        accept={accept}
        multiple
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])])
          // The same file may be chosen again.
          currentTarget.value = ''
        }}
      />
    </label>
  )
}
