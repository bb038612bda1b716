# For those who would rather build with node-gyp, and for Windows, where it is the only way:
#
#     npx node-gyp rebuild --directory addon
#
# Elsewhere scripts/build-addon.js does the same with nothing but a compiler.
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
        '<!@(node -p "require(\'node:fs\').readdirSync(\'.\').filter((name) => /[.]cc?$/.test(name)).join(\' \')")',
        '<!@(node -p "require(\'node:fs\').readdirSync(\'<(kernels)/src\').filter((name) => name.endsWith(\'.c\')).map((name) => \'<(kernels)/src/\' + name).join(\' \')")',
      ],
      'include_dirs': [
        '<(kernels)/include',
        '<!(node -p "require(\'node-addon-api\').include_dir")',
      ],
      'defines': [
        'NAPI_VERSION=8',
        'NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS',
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
      ],
      'cflags': ['-O3', '-fvisibility=hidden', '-ffp-contract=off', '-pthread'],
      'cflags_c': ['-std=gnu11'],
      'cflags_cc!': ['-std=gnu++14', '-std=gnu++17', '-std=gnu++20'],
      'cflags_cc': ['-std=c++17', '-fno-exceptions', '-fvisibility-inlines-hidden'],
      'ldflags': ['-static-libgcc', '-static-libstdc++', '-Wl,--exclude-libs,ALL'],
      'xcode_settings': {
        'GCC_C_LANGUAGE_STANDARD': 'gnu11',
        'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
        'GCC_ENABLE_CPP_EXCEPTIONS': 'NO',
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
