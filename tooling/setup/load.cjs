'use strict'
/*
 * From the old module system to the new one: the only file that both parses where `import()` is
 * unknown syntax to its caller and calls it. Read after the version check only.
 */

/**
 * Runs the command `name` and turns an expected failure into one line.
 * @param {string} name
 * @param {string[]} args
 */
module.exports = function load(name, args) {
  import('./commands.mjs')
    .then(({ run }) => run(name, args))
    .catch((error) => {
      console.error(error.expected ? error.message : error)
      process.exitCode = 1
    })
}
