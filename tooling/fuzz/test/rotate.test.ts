/**
 * Rotate calls, valid and with something changed, in JavaScript and on one of the other CPU backends
 * that run here: both write the same bits or refuse for the same reason, neither writes beside the
 * tensors, and a call that is refused has written nothing.
 */
import assert from 'node:assert/strict'
import type { RopeError } from '@rope/core'
import type { Backend } from '@rope/core/backend'
import { createJsBackend } from '@rope/js'
import { createNativeBackend, probeNative } from '@rope/native'
import { createWasmBackend } from '@rope/wasm'
import { breakCall } from '../calls/break-call.js'
import { type CallCase, MEMORY_KINDS } from '../calls/call.js'
import { restoreWritten } from '../calls/canaries.js'
import { makeCall } from '../calls/make-call.js'
import { type Answer, BEFORE, Subject } from '../calls/subject.js'
import { fuzz } from '../fuzz.js'
import { chance, pick } from '../random.js'

const js = new Subject(createJsBackend())
const others = [
  new Subject(await createWasmBackend()),
  ...(probeNative().available ? [new Subject(createNativeBackend())] : []),
]

const brief = (error: RopeError | undefined): unknown => [error?.code, error?.field]

/** A dtype that a backend does not claim is what it may refuse and others take. */
function isHonestRefusal(
  { capabilities }: Backend,
  { q, k }: CallCase,
  { error }: Answer,
): boolean {
  const dtype = (q ?? k)?.dtype
  const isClaimed = dtype !== undefined && capabilities.dtypes.includes(dtype)
  return error?.code === 'UNSUPPORTED' && !isClaimed
}

function checkUntouched({ memory }: Answer, words: string): void {
  for (const kind of MEMORY_KINDS) {
    assert.equal(Buffer.compare(memory[kind], BEFORE), 0, `${words} in ${kind} memory`)
  }
}

async function checkAgainst(subject: Subject, call: CallCase, wanted: Answer): Promise<void> {
  const answer = await subject.answer(call)
  const { name, backend } = subject
  if (answer.error !== undefined) checkUntouched(answer, `${name} refused, and wrote`)
  if (isHonestRefusal(backend, call, answer)) return
  assert.deepEqual(
    brief(answer.error),
    brief(wanted.error),
    `${name}: ${answer.error}; js: ${wanted.error}`,
  )
  for (const kind of MEMORY_KINDS) {
    const isSame = Buffer.compare(answer.memory[kind], wanted.memory[kind]) === 0
    assert.ok(isSame, `${name} and js differ in ${kind} memory`)
  }
}

fuzz('rotate calls', {
  make: (random) => {
    const call = makeCall(random)
    return chance(random, 0.5) ? breakCall(random, call) : call
  },
  check: async (call, random) => {
    const wanted = await js.answer(call)
    if (wanted.error !== undefined) checkUntouched(wanted, 'js refused, and wrote')
    await checkAgainst(pick(random, others), call, wanted)
    if (wanted.error !== undefined) throw wanted.error
    restoreWritten(call, wanted.memory)
    checkUntouched(wanted, 'js wrote beside the tensors')
  },
})
