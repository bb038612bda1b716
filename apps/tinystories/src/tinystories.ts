/**
 * The program: arguments in, a story on standard output, facts and errors on standard error.
 * It sees the process only through what it is given, so that tests run it too.
 */
import { BACKENDS, type BackendEntry, cpuBackends } from '@rope/auto/backends'
import { createRope, RopeError } from '@rope/core'
import { type Arguments, parseArguments } from './arguments.js'
import { check } from './check.js'
import { type ModelFiles, readExpectedTexts, readModel } from './model-files.js'
import { filesIn } from './model-folder.js'
import { openBackend } from './open-backend.js'
import { prepareStory, type StoryTime } from './story.js'

/** The outside world of one run. */
export interface World {
  /** The prompt and the story, nothing else. */
  readonly writeOut: (text: string) => void
  readonly writeErr: (text: string) => void
  /** How a note on standard error looks, such as dimmed on a terminal. */
  readonly style: (text: string) => string
  /** The folder of the model's files. */
  readonly modelFolder: string
  /** The backends to choose from; those on the CPU when absent. */
  readonly backends?: readonly BackendEntry[]
}

/**
 * Runs the program and returns its exit code: 0 for success, 1 for a failed check or
 * backend, 2 for a bad argument or file. Defects of the program itself are thrown.
 */
export async function runTinystories(words: readonly string[], world: World): Promise<number> {
  const parsed = parseArguments(words, world)
  if ('exitCode' in parsed) return parsed.exitCode
  try {
    const files = await readModel(filesIn(world.modelFolder))
    const run = parsed.arguments.check === true ? runCheck : runStory
    return await run(files, parsed.arguments, world)
  } catch (error) {
    if (!RopeError.isInstance(error)) throw error
    world.writeErr(`error: ${error.message}\n`)
    return error.code === 'BACKEND_FAILED' ? 1 : 2
  }
}

async function runStory(files: ModelFiles, asked: Arguments, world: World): Promise<number> {
  const note = noteTo(world)
  const { pairing, prompt, tokens } = asked
  const backend = await openBackend(asked.backend, world.backends ?? cpuBackends(BACKENDS))
  try {
    const rope = createRope(files.ropeConfig(pairing), { backend })
    const story = prepareStory(files, { rope, pairing, prompt, tokens })
    note(describeModel(files))
    note(`RoPE: backend ${backend.name}, pairing ${pairing}`)
    const time = await story.tell(world.writeOut)
    world.writeOut('\n')
    note(describeTime(time))
    return 0
  } finally {
    backend.dispose()
  }
}

async function runCheck(files: ModelFiles, asked: Arguments, world: World): Promise<number> {
  const note = noteTo(world)
  const counts = { passed: 0, failed: 0 }
  const results = check(files, {
    backends: world.backends ?? cpuBackends(BACKENDS),
    ...(asked.backend === undefined ? {} : { backend: asked.backend }),
    texts: await readExpectedTexts(filesIn(world.modelFolder)),
    onSkip: note,
  })
  for await (const { passed, line } of results) {
    counts[passed ? 'passed' : 'failed'] += 1
    note(line)
  }
  note(`${counts.passed} passed, ${counts.failed} failed`)
  return counts.failed === 0 ? 0 : 1
}

function noteTo(world: World): (line: string) => void {
  return (line) => world.writeErr(`${world.style(line)}\n`)
}

function describeModel({ config, parameters }: ModelFiles): string {
  const heads = `${config.queryHeads} query and ${config.keyHeads} key heads of ${config.headDim}`
  const sizes = `${config.layers} layers of ${config.hiddenSize} channels, ${heads}`
  return `model: Llama, ${parameters.toLocaleString('en-US')} parameters, ${sizes}`
}

function describeTime({ tokens, milliseconds, ropeMilliseconds }: StoryTime): string {
  const rate = Math.round((tokens / milliseconds) * 1000)
  const share = ((ropeMilliseconds / milliseconds) * 100).toFixed(1)
  return `${tokens} tokens in ${(milliseconds / 1000).toFixed(2)} s: ${rate} tokens/s, ${share} % of the time in RoPE`
}
