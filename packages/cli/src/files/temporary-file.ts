/**
 * The temporary files of this program, whose names say whose they are: this machine's, this
 * process's. A process that was killed (SIGKILL, a power cut) cannot remove its own, so whoever
 * writes into the same folder next does it.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { lstat, readdir, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { hasCode } from './file-error.js'

/** `.rope-<machine>-<process>-<random>.tmp` */
const NAME = /^\.rope-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}\.tmp$/

/** Nobody writes one file for this long; what other machines and reused process ids left goes then. */
const DAY = 24 * 60 * 60 * 1000

/** The machine, and the container within it: a process id means nothing outside. */
const MACHINE = createHash('sha256')
  .update(`${hostname()} ${namespace()}`)
  .digest('hex')
  .slice(0, 8)

function namespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** A path for a temporary file in a folder. */
export function temporaryPath(folder: string): string {
  return join(folder, `.rope-${MACHINE}-${process.pid}-${randomBytes(8).toString('hex')}.tmp`)
}

/** Removes what processes that are gone left in a folder; what cannot be removed stays. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names) {
    const path = join(folder, name)
    if (await isLeftover(name, path)) await unlink(path).catch(() => undefined)
  }
}

async function isLeftover(name: string, path: string): Promise<boolean> {
  const [, machine, id] = NAME.exec(name) ?? []
  if (id === undefined) return false
  const status = await lstat(path).catch(() => undefined)
  if (status?.isFile() !== true) return false
  const isDead = machine === MACHINE && !isAlive(Number(id))
  return isDead || Date.now() - status.mtimeMs > DAY
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return !hasCode(error, 'ESRCH')
  }
}
