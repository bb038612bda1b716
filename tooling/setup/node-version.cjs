'use strict'
/*
 * Is this Node new enough? In the oldest syntax, like main.cjs, which asks.
 */

/**
 * What to tell the user of `version` (such as '18.20.1') when `range` (such as '>=20.19') refuses
 * it; the empty string when it is new enough.
 * @param {string} version
 * @param {string} range
 */
function nodeProblem(version, range) {
  var wanted = range.replace('>=', '')
  if (rank(version) >= rank(wanted)) return ''
  return (
    'This needs Node ' + wanted + ' or later; here is ' + version + '. Please install a newer Node.'
  )
}

/**
 * Major and minor as one number that sorts.
 * @param {string} version
 */
function rank(version) {
  var parts = version.split('.')
  return Number(parts[0]) * 1000 + Number(parts[1])
}

exports.nodeProblem = nodeProblem
