/**
 * The tables of valid arguments: for every function that a module exports, arguments it accepts.
 */
import type { Call, MakeArguments } from '../walk.js'
import { ADAPTERS, AUTO } from './auto.js'
import { BACKENDS, WEBGPU } from './backends.js'
import { BENCH } from './bench.js'
import { CORE, METHODS, SAFETENSORS } from './core.js'

/** By the name of the function, with its module before it where two modules have one of that name. */
export const TABLE: Readonly<Record<string, MakeArguments>> = {
  ...CORE,
  ...SAFETENSORS,
  ...BACKENDS,
  ...AUTO,
  ...ADAPTERS,
  ...BENCH,
}

/** Calls that are no function of a module, or are made in more ways than one. */
export const CALLS: Readonly<Record<string, Call>> = { ...METHODS, ...WEBGPU }
