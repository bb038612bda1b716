'use strict'
/*
 * The first file of every npm script: checks the version of Node, then hands over.
 * Written in the oldest syntax on purpose: an old Node must be able to read it as far as the line
 * that says what is wrong. Everything newer is loaded after the check.
 */
var check = require('./node-version.cjs')

var problem = check.nodeProblem(process.versions.node, require('../../package.json').engines.node)
if (problem) {
  console.error(problem)
  process.exit(1)
}
require('./load.cjs')(String(process.argv[2]), process.argv.slice(3))
