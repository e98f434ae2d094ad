'use strict'

const { basename } = require('node:path')
const { analyze } = require('../analyze.js')
const { readHeapProfile } = require('../convert/profile-file.js')
const { profileSpeedscope, treeSpeedscope } = require('../convert/speedscope.js')
const { wrong } = require('../options.js')
const { requireHeadroomFor } = require('./headroom.js')
const { refuseProfile } = require('./refuse-profile.js')
const { saved } = require('./saved.js')

const FORMATS = { '.pb.gz': 'pprof', '.speedscope.json': 'speedscope', '.heapprofile': 'heapprofile' }

/** `leakguard convert IN OUT`: what OUT is to be is said by how its name ends. */
async function convertCommand([from, to, ...rest], { force }, { stdin, progress }) {
  if (to === undefined || rest.length > 0) throw wrong('convert takes IN and OUT')
  const format = Object.entries(FORMATS).find(([end]) => to.endsWith(end))?.[1]
  if (format === undefined) throw wrong(`OUT must end in ${Object.keys(FORMATS).join(', ')}, got ${to}`)
  const content = from.endsWith('.heapprofile') ? ofProfile(from, format) : await ofSnapshot(from, format, { force, stdin, progress })
  return { text: `${await saved(to, content)}\n` }
}

function ofProfile(from, format) {
  const { profile, pprof, heapprofile } = readHeapProfile(from)
  return { pprof, heapprofile, speedscope: format === 'speedscope' && profileSpeedscope(basename(from), profile) }[format]
}

/** A snapshot has no stacks; what it has of the kind is what holds what. */
async function ofSnapshot(from, format, { force, stdin, progress }) {
  if (format !== 'speedscope') {
    throw wrong(`a heap snapshot has no stacks of allocations, which .pb.gz and .heapprofile are made of; as .speedscope.json it is a picture of what holds what. IN must end in .heapprofile for the others, got ${from}`)
  }
  refuseProfile(from)
  requireHeadroomFor([from], { force })
  const { tree } = await analyze(from === '-' ? stdin : from, { onProgress: progress.tell })
  return treeSpeedscope(from === '-' ? 'standard input' : basename(from), tree)
}

module.exports = { convertCommand }
