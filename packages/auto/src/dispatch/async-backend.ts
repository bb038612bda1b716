/**
 * The dispatcher where a GPU was asked for by name: calls are asynchronous, and the first backend of
 * the list that can make a call makes it. One that fails - a lost device, say - is put out of use,
 * and the next one finishes the call.
 */

import { DTYPES } from '@rope/core'
import type { Backend, Kernel, KernelCall, Plan, Support } from '@rope/core/backend'
import type { Member } from '../members/member.js'
import { nobodyLeft } from './call-kind.js'
import { type Dispatcher, supportOf, usableMembers } from './dispatcher.js'
import { recover } from './recover.js'
import { takeSnapshot } from './snapshot.js'

/** A backend over every member of a dispatcher, those on the GPU included. */
export function createAsyncBackend(dispatcher: Dispatcher): Backend {
  const backends = dispatcher.members.flatMap(({ backend }) => backend ?? [])
  const supports = (plan: Plan): Support => {
    const ready = dispatcher.members.filter(({ backend }) => backend !== null)
    const supported = ready.map((member) => supportOf(member, plan))
    return supported.find(({ ok }) => ok) ?? (supported[0] as Support)
  }
  return {
    specVersion: 1,
    name: 'auto',
    device: 'gpu',
    capabilities: {
      dtypes: DTYPES.filter((dtype) =>
        backends.some(({ capabilities }) => capabilities.dtypes.includes(dtype)),
      ),
      threads: Math.max(0, ...backends.map(({ capabilities }) => capabilities.threads)),
      isa: null,
      maxElements: Math.max(0, ...backends.map(({ capabilities }) => capabilities.maxElements)),
      sharedMemory: backends.some(({ capabilities }) => capabilities.sharedMemory),
    },
    supports,
    compile: (plan) => createAsyncKernel(dispatcher, plan),
    dispose() {},
  }
}

function createAsyncKernel(dispatcher: Dispatcher, plan: Plan): Kernel {
  const kernels = new Map<Member, Kernel>()
  const kernelOf = (member: Member): Kernel => {
    const kernel = kernels.get(member) ?? (member.backend as Backend).compile(plan)
    kernels.set(member, kernel)
    return kernel
  }

  async function run(call: KernelCall): Promise<void> {
    const { views } = call
    const [member] = usableMembers(dispatcher, plan, 'any')
    if (member === undefined) throw nobodyLeft(dispatcher)
    // Results of a GPU are copied back only once they are all there.
    const restore = member.validatesFirst ? null : takeSnapshot(plan, views)
    try {
      await kernelOf(member).run(call)
    } catch (error) {
      restore?.()
      recover(dispatcher, error, { plan, views, member, isRestored: restore !== null })
      await run(call)
    }
  }
  return { run }
}
