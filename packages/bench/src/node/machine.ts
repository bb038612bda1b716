/**
 * The machine as Node and the operating system tell it: processor, caches, features, memory.
 * What cannot be found out is null or left out; nothing here throws.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { type CacheRecord, engineFeatures, type Machine } from '../machine/machine.js'

/** Where Linux describes the caches of the first core. */
const CACHE_FOLDER = '/sys/devices/system/cpu/cpu0/cache'

/** Features that kernels here use or might: the rest of a long list only hides them. */
const FEATURES =
  /^(sse4_1|sse4_2|avx|avx2|fma|f16c|avx512(f|bw|vl|dq|_vnni|_bf16|_fp16)|avx_vnni|amx_(bf16|int8|tile)|asimd|asimdhp|fphp|bf16|sve2?)$/

/** Looks at the running machine. */
export function describeMachine(): Machine {
  const cpuinfo = readText('/proc/cpuinfo')
  const { node, v8 } = process.versions
  return {
    os: `${type()} ${release()}`,
    architecture: arch(),
    cpu: cpus()[0]?.model.trim() || null,
    cores: availableParallelism(),
    features: featuresOf(cpuinfo),
    caches: readCaches(CACHE_FOLDER),
    memory: totalmem(),
    virtual: cpuinfo === '' ? null : /^flags\b.*\bhypervisor\b/m.test(cpuinfo),
    engine: `Node ${node} (V8 ${v8})`,
    ...engineFeatures(),
  }
}

/** The features in the text of Linux's /proc/cpuinfo; x86 calls the line flags, ARM Features. */
export function featuresOf(cpuinfo: string): readonly string[] {
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? ''
  return line
    .trim()
    .split(/\s+/)
    .filter((word) => FEATURES.test(word))
}

/** The caches of a core from a folder like Linux's; empty where there is none. */
export function readCaches(folder: string): readonly CacheRecord[] {
  return foldersIn(folder)
    .filter((name) => name.startsWith('index'))
    .sort()
    .map((name) => {
      const read = (file: string): string => readText(join(folder, name, file)).trim()
      const kind = read('type').toLowerCase()
      return {
        level: Number(read('level')),
        kind: kind === 'data' || kind === 'instruction' ? kind : 'unified',
        bytes: sizeOf(read('size')),
        sharedBy: countOf(read('shared_cpu_list')),
      } as const
    })
    .filter(({ level, bytes }) => level > 0 && bytes > 0)
}

/** `2048K` in bytes; 0 when it is no size. */
function sizeOf(text: string): number {
  const [, digits = '0', unit = ''] = /^(\d+)([KMG]?)$/.exec(text) ?? []
  const factor = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[unit] ?? 0
  return Number(digits) * factor
}

/** The number of cores in a list such as `0-3,8`; null when it is no list. */
function countOf(list: string): number | null {
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(list)) return null
  return list.split(',').reduce((sum, part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return sum + last - first + 1
  }, 0)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function foldersIn(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
