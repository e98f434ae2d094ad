'use strict'

const { Refusal } = require('./refusal.js')

/**
 * The part of a file that a request asks for: `{ start, end }`, the last byte included; `undefined`: all of it. One range is served;
 * of several, of other units and of a file that is not the one of `If-Range` any more, all comes, as RFC 9110 allows.
 */
function rangeOf({ method, headers }, bytes, tag) {
  const { range, 'if-range': known } = headers
  if (method !== 'GET' || range === undefined || (known !== undefined && known !== tag)) return undefined
  const [, first, last] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(range) ?? []
  if (first === undefined || first + last === '') return undefined
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (first !== '' && last !== '' && Number(last) < start) return undefined // not a range
  if (start > end) {
    throw new Refusal(416, `the file has ${bytes} bytes`, { code: 'ERR_LEAKGUARD_OPTION', headers: { 'Content-Range': `bytes */${bytes}` } })
  }
  return { start, end }
}

module.exports = { rangeOf }
