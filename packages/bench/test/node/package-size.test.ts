import { describe, expect, test } from 'vitest'
import { packageSize } from '../../src/node/package-size.js'
import { installedVersions } from '../../src/node/versions.js'

describe('packages', () => {
  test('one that is not installed has neither size nor version', async () => {
    expect(await packageSize('@rope/there-is-none')).toBeNull()
    expect(installedVersions(['@rope/there-is-none'])).toMatchObject({
      '@rope/there-is-none': null,
    })
  })

  test('versions are those of the manifests', () => {
    expect(installedVersions(['@rope/core'])).toEqual({
      '@rope/bench': expect.stringMatching(/^\d+\.\d+\.\d+/),
      '@rope/core': expect.stringMatching(/^\d+\.\d+\.\d+/),
    })
  })
})
