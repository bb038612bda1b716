/**
 * The tables of valid arguments: for every function that a module exports, arguments it accepts.
 */
import type { MakeArguments } from '../walk.js'
import { ADAPTERS, AUTO } from './auto.js'
import { BACKENDS } from './backends.js'
import { BENCH } from './bench.js'
import { CORE, SAFETENSORS } from './core.js'

/** By the name of the function, with its module before it where two modules have one of that name. */
export const TABLE: Readonly<Record<string, MakeArguments>> = {
  ...CORE,
  ...SAFETENSORS,
  ...BACKENDS,
  ...AUTO,
  ...ADAPTERS,
  ...BENCH,
}
