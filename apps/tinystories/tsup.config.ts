import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { tinystories: 'src/main.ts' },
  format: ['esm'],
  banner: { js: '#!/usr/bin/env node' },
  sourcemap: true,
  clean: true,
  target: 'node20',
})
