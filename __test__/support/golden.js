'use strict'

const assert = require('node:assert/strict')
const { readFileSync, writeFileSync } = require('node:fs')
const { root } = require('./child.js')

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`, 'g')

/** What differs from run to run and from machine to machine, as words. */
const PASSING = [
  [COLOURS, ''],
  [/\r/g, ''],
  [/\(node:\d+\)[^]*?\(Use `node [^\n]*\n/g, ''], // Node's own warnings
  [/\bv\d+\.\d+\.\d+\b/g, 'v0'],
  [/\b\d+(\.\d+)?m? ?m?s\b/g, 'TIME'],
  [/ +\(?TIME\)?(?=\n)/g, ''],
  [/ +TIME(?= |$)/gm, ''],
  [/\d\d:\d\d:\d\d/g, 'TIME'],
  [/[\d,]+ calls/g, 'N calls'],
  [/[\d,.]+ (bytes|kB|MB)(?= |,|\)|;|$)/gm, 'N $1'],
  [/^ +at .*\/lib\/assert\/.*\n/gm, ''], // of a cause: our own lines move
  [/[\d,.]+ objects/g, 'N objects'],
  [/[\d,]+( → [\d,]+)+/g, 'N → N → N'],
  [/[ \t]+$/gm, ''],
]

/** A program's output as it is on every machine. */
function normal(output) {
  return PASSING.reduce((text, [pattern, word]) => text.replace(pattern, word), output.replaceAll(root, '<root>')).trim() + '\n'
}

/** Compares an output with the file that says what it was; `UPDATE_GOLDENS=1` writes the file. */
function equalsGolden(output, file) {
  equalsText(normal(output), file)
}

/** The same of a text that is made from the same data each time. */
function equalsText(text, file) {
  if (process.env.UPDATE_GOLDENS) writeFileSync(file, text)
  assert.equal(text, readFileSync(file, 'utf8'))
}

module.exports = { equalsGolden, equalsText, normal }
