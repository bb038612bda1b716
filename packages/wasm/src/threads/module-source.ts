/**
 * Where the compiled modules come from: inlined in the code, or files beside it. Nothing is loaded
 * before it is asked for.
 */

/** Starts a worker that runs the worker script with the given data. */
export interface StartedWorker {
  /** Ends it at once, whatever it is doing. */
  terminate(): void
}

/** What a worker needs to serve: it makes its own instance on the shared memory. */
export interface WorkerData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  /** Where its stack begins; it grows towards zero. */
  readonly stack: number
}

/** The modules and the worker script. */
export interface ModuleSource {
  /** The module for one thread. */
  single(): Promise<WebAssembly.Module>
  /** The module for shared memory and threads. */
  threaded(): Promise<WebAssembly.Module>
  /** A worker that instantiates the threaded module and serves until it is stopped. */
  startWorker(data: WorkerData): StartedWorker
}
