import { describe, expect, test } from 'vitest'
import { inlinedModules, packageSize } from '../../src/node/package-size.js'
import { installedVersions } from '../../src/node/versions.js'

describe('packages', () => {
  test('one that is not installed has neither size nor version', async () => {
    expect(await packageSize('@rope/there-is-none')).toEqual([])
    expect(installedVersions(['@rope/there-is-none'])).toMatchObject({
      '@rope/there-is-none': null,
    })
  })

  test('modules are found by their first bytes, however their lines are broken', () => {
    const module = Buffer.from([0, 0x61, 0x73, 0x6d, ...Array(300).fill(7)]).toString('base64')
    const broken = module.replace(/.{50}/g, '$&\n')
    const escaped = broken.replaceAll('\n', '\\n')
    expect(inlinedModules(`const a = "${module}"`)).toEqual([module])
    expect(inlinedModules(`const a = \`\n${broken}\`; const b = '${escaped}'`)).toEqual([
      module,
      module,
    ])
    expect(inlinedModules(`const a = '${module.slice(8)}'`)).toEqual([])
  })

  test('versions are those of the manifests', () => {
    expect(installedVersions(['@rope/core'])).toEqual({
      '@rope/bench': expect.stringMatching(/^\d+\.\d+\.\d+/),
      '@rope/core': expect.stringMatching(/^\d+\.\d+\.\d+/),
    })
  })
})
