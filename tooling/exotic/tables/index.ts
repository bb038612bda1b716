/**
 * The tables of valid arguments by module.
 */
import type { MakeArguments } from '../walk.js'
import { CORE, SAFETENSORS } from './core.js'

/** For every module, the functions that it exports and arguments they accept. */
export const TABLES: Readonly<Record<string, Readonly<Record<string, MakeArguments>>>> = {
  '@rope/core': CORE,
  '@rope/core/safetensors': SAFETENSORS,
}
