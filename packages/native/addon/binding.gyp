# For those who would rather build with node-gyp, and for Windows, where it is the only way:
#
#     npx node-gyp rebuild --directory addon
#
# Elsewhere scripts/build-addon.js does the same with nothing but a C compiler.
# This file is not in the package's root, where npm would run node-gyp at every installation.
{
  'variables': {
    # In the workspace the kernels are a package of their own, in a published package a copy.
    'kernels': '<!(node -p "require(\'node:fs\').existsSync(\'../../kernels/src\') ? \'../../kernels\' : \'kernels\'")',
  },
  'targets': [
    {
      'target_name': 'rope',
      'product_dir': '<(module_root_dir)/../build/Release',
      'sources': [
        '<!@(node -p "require(\'node:fs\').readdirSync(\'.\').filter((name) => name.endsWith(\'.c\')).join(\' \')")',
        '<!@(node -p "require(\'node:fs\').readdirSync(\'<(kernels)/src\').filter((name) => name.endsWith(\'.c\')).map((name) => \'<(kernels)/src/\' + name).join(\' \')")',
      ],
      'include_dirs': ['<(kernels)/include'],
      'cflags': ['-std=gnu11', '-O3', '-fvisibility=hidden', '-ffp-contract=off', '-pthread'],
      'xcode_settings': {
        'GCC_C_LANGUAGE_STANDARD': 'gnu11',
        'GCC_OPTIMIZATION_LEVEL': '3',
        'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
        'OTHER_CFLAGS': ['-ffp-contract=off'],
      },
      'msvs_settings': {
        'VCCLCompilerTool': {
          'AdditionalOptions': ['/std:c11', '/experimental:c11atomics', '/fp:precise'],
        },
      },
    },
  ],
}
