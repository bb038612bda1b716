/**
 * A browser without a window that opens one page and goes away when it is told to. It is started so
 * that it uses the machine's GPU, and gives WebGPU's timestamps as they are.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** More flags for the browser, separated by spaces. */
export const FLAGS_VARIABLE = 'ROPE_CHROMIUM_FLAGS'

const FLAGS = [
  '--headless=new',
  '--enable-unsafe-webgpu',
  '--ignore-gpu-blocklist',
  '--disable-dawn-features=timestamp_quantization',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
]

/** On Linux WebGPU needs Vulkan, which is not the default there. */
const LINUX = ['--enable-features=Vulkan', '--use-angle=vulkan']

/** The sandbox refuses to run as root, as in containers. */
function sandboxFlags(): readonly string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

/** The flags that the browser is started with. */
export function browserFlags(
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): readonly string[] {
  const more = (environment[FLAGS_VARIABLE] ?? '').split(/\s+/).filter((flag) => flag !== '')
  return [...FLAGS, ...(platform === 'linux' ? LINUX : []), ...sandboxFlags(), ...more]
}

/** A browser that runs. */
export interface RunningBrowser {
  /** Resolves, with the last it said, when it ends by itself. */
  readonly ended: Promise<string>
  /** Ends it and removes its profile. */
  close(): Promise<void>
}

/** Opens a page in a browser of its own. */
export function openInBrowser(executable: string, url: string): RunningBrowser {
  const profile = mkdtempSync(join(tmpdir(), 'rope-browser-'))
  const args = [...browserFlags(), `--user-data-dir=${profile}`, url]
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said = `${said}${String(chunk)}`.slice(-2000)
  })
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', () => resolve(said))
  })
  return {
    ended: gone,
    async close() {
      await end(child, gone)
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

/** Asks it to end, and insists after some seconds. */
async function end(child: ChildProcess, gone: Promise<string>): Promise<void> {
  child.kill()
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
}
