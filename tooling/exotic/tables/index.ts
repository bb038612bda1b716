/**
 * The tables of valid arguments: for every function that a module exports, arguments it accepts.
 */
import type { MakeArguments } from '../walk.js'
import { BACKENDS } from './backends.js'
import { CORE, SAFETENSORS } from './core.js'

/** By the name of the function, which stands behind one door only. */
export const TABLE: Readonly<Record<string, MakeArguments>> = {
  ...CORE,
  ...SAFETENSORS,
  ...BACKENDS,
}
