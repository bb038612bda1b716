/**
 * The WebGPU backend: on the caller's device or one of its own. It implements the backend contract
 * on typed arrays, and prepares kernels that are encoded into the caller's passes.
 */

import { type RopeConfig, RopeError, type RopeOptions, resolveConfig } from '@rope/core'
import type {
  Backend,
  Capabilities,
  Kernel,
  OperandPlan,
  Plan,
  Probe,
  Support,
} from '@rope/core/backend'
import { deviceFacts } from './device/adapter-facts.js'
import { type OpenDevice, openDevice } from './device/open-device.js'
import { checkTable, type GpuCallShape, planCall } from './gpu-call.js'
import { createPreparedKernel, type GpuKernel } from './gpu-kernel.js'
import type { DeviceHandle } from './handles.js'
import { createArrayKernel } from './kernel/array-kernel.js'
import { ConfigRows } from './kernel/config-rows.js'
import { type Context, createContext } from './kernel/context.js'
import { StatusWord } from './kernel/status-word.js'
import { checkOptions, type WebGpuOptions } from './options.js'

/** A backend that also works on the caller's buffers and in the caller's passes. */
export interface WebGpuBackend extends Backend {
  readonly name: 'webgpu'
  readonly device: 'gpu'
  /** The device it works on. */
  readonly gpuDevice: DeviceHandle
  /** What it works on: the adapter's name, features, limits, and whether it is software. */
  readonly facts: Probe['facts']
  /**
   * Prepares a call: validates it and compiles its shader in the background. Preparing the same call
   * for other sizes is cheap, since a shader serves them all.
   *
   * @param config a resolved config, or options that resolve to one
   * @throws RopeError INVALID_TENSOR, ALIASING, INVALID_OPTION or UNSUPPORTED, naming the argument
   * @throws RopeError BACKEND_FAILED when the device is lost or refuses the shader
   */
  prepare(config: RopeConfig | RopeOptions, call: GpuCallShape): Promise<GpuKernel>
  /** The same at once: the shader is compiled by the first `encode`, which then takes its time. */
  prepareSync(config: RopeConfig | RopeOptions, call: GpuCallShape): GpuKernel
}

const DTYPES: Capabilities['dtypes'] = ['float32', 'float16', 'bfloat16']

function refusal(field: string, reason: string): Support {
  return { ok: false, field, reason }
}

function spanOf({ low, high }: OperandPlan['sourceSpan']): number {
  return high - low + 1
}

/** A head is the least that a dispatch can bind. */
function bytesOfHead(plan: Plan, { source, target }: OperandPlan): number {
  const longest = Math.max(Math.abs(source.channel), Math.abs(target.channel))
  return ((plan.headDim - 1) * longest + 1) * (plan.dtype === 'float32' ? 4 : 2)
}

function supportOf(plan: Plan, maxElements: number, bindingLimit: number): Support {
  if (!DTYPES.includes(plan.dtype)) {
    return refusal('dtype', `the GPU rotates ${DTYPES.join(', ')}, not ${plan.dtype}; use @rope/js`)
  }
  for (const operand of plan.operands) {
    const span = Math.max(spanOf(operand.sourceSpan), spanOf(operand.targetSpan))
    if (span > maxElements) {
      return refusal(
        'operands',
        `an operand spans ${span} elements; the largest buffer of this device holds ${maxElements}`,
      )
    }
    if (bytesOfHead(plan, operand) + 256 > bindingLimit) {
      return refusal('operands', 'a single head spans more than the device can bind at once')
    }
  }
  return { ok: true }
}

/** Configs are compared by identity first: a model keeps a few for its lifetime. */
class Configs {
  readonly #context: Context
  readonly #known = new Map<string, ConfigRows>()

  constructor(context: Context) {
    this.#context = context
  }

  rows(config: RopeConfig): ConfigRows {
    const key = JSON.stringify(config)
    const known = this.#known.get(key) ?? new ConfigRows(this.#context, config)
    this.#known.set(key, known)
    return known
  }

  dispose(): void {
    for (const rows of this.#known.values()) rows.dispose()
    this.#known.clear()
  }
}

function checkTableFits(context: Context, plan: Plan, rows: number): void {
  const bytes = rows * plan.pairs * 8
  if (bytes <= context.bindingLimit) return
  throw new RopeError(
    'INVALID_OPTION',
    `table.rows is ${rows}, which takes ${bytes} bytes; the device binds ${context.bindingLimit} at most`,
    { field: 'table.rows' },
  )
}

class Webgpu implements WebGpuBackend {
  readonly specVersion = 1
  readonly name = 'webgpu'
  readonly device = 'gpu'
  readonly gpuDevice: DeviceHandle
  readonly facts: Probe['facts']
  readonly capabilities: Capabilities
  readonly #context: Context
  readonly #configs: Configs

  constructor(opened: OpenDevice) {
    this.#context = createContext(opened)
    this.#configs = new Configs(this.#context)
    this.gpuDevice = opened.device
    const { device, immediates } = opened
    this.facts = Object.freeze({ ...deviceFacts(device), immediates })
    this.capabilities = Object.freeze({
      dtypes: DTYPES,
      threads: 0,
      isa: null,
      maxElements: Math.floor(device.limits.maxBufferSize / 4),
      sharedMemory: true,
    })
  }

  supports(plan: Plan): Support {
    return supportOf(plan, this.capabilities.maxElements, this.#context.bindingLimit)
  }

  compile(plan: Plan): Kernel {
    this.#context.checkAlive()
    const support = this.supports(plan)
    if (!support.ok) throw new RopeError('UNSUPPORTED', support.reason, { field: support.field })
    return createArrayKernel(this.#context, plan)
  }

  async prepare(config: RopeConfig | RopeOptions, call: GpuCallShape): Promise<GpuKernel> {
    const kernel = this.#prepare(config, call)
    try {
      await kernel.compile()
      return kernel
    } catch (error) {
      kernel.dispose()
      throw error
    }
  }

  prepareSync(config: RopeConfig | RopeOptions, call: GpuCallShape): GpuKernel {
    return this.#prepare(config, call)
  }

  #prepare(
    given: RopeConfig | RopeOptions,
    call: GpuCallShape,
  ): ReturnType<typeof createPreparedKernel> {
    const context = this.#context
    context.checkAlive()
    const config = resolveConfig(given)
    const plan = planCall(config, call)
    const support = supportOf(plan, Number.POSITIVE_INFINITY, context.bindingLimit)
    if (!support.ok) throw new RopeError('UNSUPPORTED', support.reason, { field: support.field })
    const rows = this.#configs.rows(config)
    if (call.table === undefined) {
      return createPreparedKernel(context, { config, call, plan, rows, table: null })
    }
    checkTable(call.table)
    checkTableFits(context, plan, call.table.rows)
    const table = { ...rows.table(call.table.rows), status: new StatusWord(context) }
    return createPreparedKernel(context, { config, call, plan, rows, table })
  }

  dispose(): void {
    this.#configs.dispose()
    this.#context.dispose()
  }
}

/**
 * A backend on a GPU.
 *
 * @param options the device to work on, or where to get one; see WebGpuOptions
 * @throws RopeError UNAVAILABLE when there is no GPU here; the message says what to do
 * @throws RopeError INVALID_OPTION naming the option
 *
 * @example
 * ```ts
 * const backend = await createWebGpuBackend({ device })
 * const kernel = await backend.prepare(config, {
 *   q: { shape: [1, 512, 32, 128], layout: 'bshd', dtype: 'float16' },
 *   k: { shape: [1, 512, 8, 128], layout: 'bshd', dtype: 'float16' },
 * })
 * kernel.encode(pass, { q: { buffer: q }, k: { buffer: k }, positions: 0 })
 * ```
 */
export async function createWebGpuBackend(options: WebGpuOptions = {}): Promise<WebGpuBackend> {
  return new Webgpu(await openDevice(checkOptions(options)))
}
