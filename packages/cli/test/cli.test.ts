import { RopeError } from '@rope/core'
import { describe, expect, test } from 'vitest'
import { ownVersion } from '../src/version.js'
import { configFile, lines, rope, SMALL_LLAMA } from './helpers.js'

const COMMANDS = ['doctor', 'explain', 'verify', 'bench', 'inspect', 'convert', 'apply']

describe('help', () => {
  test('lists every command, examples and exit codes on standard output', async () => {
    const { code, stdout, stderr } = await rope(['--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const command of COMMANDS) expect(stdout).toContain(`  ${command} `)
    expect(stdout).toContain('Examples:')
    expect(stdout).toMatch(/^ {2}1 {3}a check failed$/m)
  })

  test.each(COMMANDS)('%s --help has a usage line, examples and exit codes', async (command) => {
    const { code, stdout, stderr } = await rope([command, '--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toContain(`Usage: rope ${command}`)
    expect(stdout).toContain(`  rope ${command}`)
    expect(stdout).toContain('Exit codes:')
  })

  test('help COMMAND is the same as COMMAND --help', async () => {
    expect((await rope(['help', 'apply'])).stdout).toBe((await rope(['apply', '--help'])).stdout)
  })

  test('no arguments at all is bad usage, answered with the help', async () => {
    const { code, stdout, stderr } = await rope([])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain('Usage: rope')
  })

  test.each(['--version', '-V'])('%s prints the version of the package', async (flag) => {
    expect(await rope([flag])).toEqual({ code: 0, stdout: `${ownVersion()}\n`, stderr: '' })
  })
})

describe('bad usage is one line on standard error and exit code 2', () => {
  test.each([
    [['dance'], "unknown command 'dance'"],
    [['docter'], 'Did you mean doctor?'],
    [['--jsno'], "unknown option '--jsno'"],
    [['doctor', '--jsno'], 'Did you mean --json?'],
    [['verify', 'js'], "too many arguments for 'verify'"],
    [['verify', '--backend'], "option '--backend <name...>' argument missing"],
    [['inspect'], "missing required argument 'file'"],
    [['inspect', 'a.json', 'b.json'], "too many arguments for 'inspect'"],
    [['inspect', 'a.json', '--pairing', 'diagonal'], 'Allowed choices are half, interleaved'],
    [['inspect', 'a.json', '--pairing', 'neox'], `what is called "neox" elsewhere is 'half' here`],
    [['explain', '--pairing', 'gpt-j'], `what is called "gpt-j" elsewhere is 'interleaved' here`],
    [['explain', '--tokens', 'x'], "option '--tokens <n>' argument 'x' is invalid"],
    [['bench', '--jsno'], "unknown option '--jsno'"],
    [['convert'], "required option '--to <form>' not specified"],
    [['apply', '--in', 'a', '--out', 'b'], "required option '--config <file>' not specified"],
    [['apply', '--config', 'c', '--out', 'b'], "required option '--in <file>' not specified"],
    [['apply', '--config', 'c', '--in', 'a'], "required option '--out <file>' not specified"],
  ])('%j', async (argv, message) => {
    const { code, stdout, stderr } = await rope(argv)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(lines(stderr)).toHaveLength(1)
    // A mistake of a command is explained by the help of that command.
    const isOfCommand = COMMANDS.includes(argv[0] as string)
    const help = isOfCommand ? `rope ${argv[0]} --help` : 'rope --help'
    expect(stderr).toMatch(/^rope: /)
    expect(stderr.endsWith(`; see '${help}'\n`), stderr).toBe(true)
    expect((await rope(help.split(' ').slice(1))).code).toBe(0)
    expect(stderr).toContain(message)
  })

  test('control characters of the command line do not reach the terminal', async () => {
    const { stderr } = await rope(['\u001b[31mred\nsecond'])
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toContain('\\u001b[31mred\\nsecond')
  })
})

describe('colours', () => {
  const path = (): string => configFile(SMALL_LLAMA)
  const ESCAPE = '\u001b['

  test.each([
    ['a pipe', {}, false],
    ['a terminal', { tty: true }, true],
    ['a terminal with NO_COLOR', { tty: true, env: { NO_COLOR: '1' } }, false],
    ['a terminal with an empty NO_COLOR', { tty: true, env: { NO_COLOR: '' } }, true],
    ['a dumb terminal', { tty: true, env: { TERM: 'dumb' } }, false],
    ['a pipe with FORCE_COLOR', { env: { FORCE_COLOR: '1' } }, true],
    ['a terminal with FORCE_COLOR=0', { tty: true, env: { FORCE_COLOR: '0' } }, false],
    ['FORCE_COLOR and NO_COLOR', { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }, false],
  ])('on %s', async (_, world, colored) => {
    expect((await rope(['inspect', path()], world)).stdout.includes(ESCAPE)).toBe(colored)
    expect((await rope(['--help'], world)).stdout.includes(ESCAPE)).toBe(colored)
    expect((await rope(['doctor'], world)).stdout.includes(ESCAPE)).toBe(colored)
  })

  test('JSON is never coloured', async () => {
    const { stdout } = await rope(['inspect', path(), '--json'], { tty: true })
    expect(stdout).not.toContain(ESCAPE)
    expect(JSON.parse(stdout)).toHaveProperty('profiles')
  })
})

describe('failures of a command', () => {
  const failing = (error: unknown) => ({
    readStdin: async () => {
      throw error
    },
  })

  async function inspectFailingWith(error: unknown, env: Record<string, string> = {}) {
    const { run } = await import('../src/cli.js')
    const { Recording } = await import('./helpers.js')
    const [stdout, stderr] = [new Recording(false), new Recording(false)]
    const code = await run(['inspect', '-'], { stdout, stderr, env, ...failing(error) })
    return { code, stdout: stdout.text, stderr: stderr.text }
  }

  test('a RopeError is its message, and exit code 2', async () => {
    const outcome = await inspectFailingWith(new RopeError('INVALID_FILE', 'no\nsuch luck'))
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: 'rope: no\\nsuch luck\n' })
  })

  test('anything else is a defect: one line that says how to see the stack, and exit code 70', async () => {
    const { code, stdout, stderr } = await inspectFailingWith(new TypeError('x is not a function'))
    expect(code).toBe(70)
    expect(stdout).toBe('')
    expect(lines(stderr)).toHaveLength(1)
    expect(stderr).toContain('rope: unexpected error: x is not a function')
    expect(stderr).toContain('ROPE_DEBUG=1')
  })

  test('ROPE_DEBUG=1 adds the stack and the causes', async () => {
    const error = new RopeError('INVALID_FILE', 'outer', { cause: new Error('inner') })
    const { code, stderr } = await inspectFailingWith(error, { ROPE_DEBUG: '1' })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^rope: outer\n/)
    expect(stderr).toMatch(/\n {4}at /)
    expect(stderr).toContain('caused by: Error: inner')
  })

  test('a thrown value that is no error is survived', async () => {
    const { code, stderr } = await inspectFailingWith('just text')
    expect(code).toBe(70)
    expect(stderr).toContain('unexpected error: just text')
  })
})
