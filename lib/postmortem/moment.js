'use strict'

/** `2026-11-23 04:12:33 UTC`; what no calendar has, as a number. */
function moment(ms) {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? `${ms} ms` : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `2 d 3 h`, `5 min 20 s`, `3.2 s`, `12 ms`: the two largest units. */
function span(ms) {
  const units = [
    ['d', 864e5],
    ['h', 36e5],
    ['min', 6e4],
    ['s', 1e3],
  ]
  if (!(ms >= 0)) return '?'
  if (ms < 1e3) return `${Math.round(ms)} ms`
  if (ms < 1e4) return `${(ms / 1e3).toFixed(1)} s`
  const first = units.findIndex(([, unit]) => ms >= unit)
  const parts = units.slice(first, first + 2).map(([name, unit], index, pair) => {
    const whole = index === 0 ? ms : ms % pair[0][1]
    return [Math.floor(whole / unit), name]
  })
  return parts.filter(([number], index) => index === 0 || number > 0).map(([number, name]) => `${number} ${name}`).join(' ')
}

module.exports = { moment, span }
