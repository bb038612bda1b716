/**
 * The front door as a position of the switch: it picks the fastest backend and says why.
 */
import type { Probe } from '@rope/core/backend'
import { explainAuto } from './auto-explanation.js'
import type { BackendChoice } from './backend-choice.js'
import { explainProbe } from './explanation.js'

const NAME = 'auto'

/** `@rope/auto`. */
export const autoChoice: BackendChoice = {
  name: NAME,
  description: 'the fastest one',
  probe: async (): Promise<Probe> => {
    try {
      await import('@rope/auto')
      return { available: true, facts: {} }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { available: false, reason: `its package does not load here: ${reason}`, facts: {} }
    }
  },
  explain: (probe) => ({
    ...explainProbe(NAME, probe),
    ...(probe.available ? { summary: 'It looks at every backend when the story begins.' } : {}),
  }),
  open: async (config) => {
    const { createRope } = await import('@rope/auto')
    const rope = await createRope(config)
    return {
      rope,
      explain: async () => {
        const explanation = await rope.explain()
        return { backend: explanation.chosen ?? NAME, explanation: explainAuto(explanation) }
      },
      close: () => rope.dispose(),
    }
  },
}
