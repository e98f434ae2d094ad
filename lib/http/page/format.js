// How figures are written for a person: powers of 1,000, as DevTools writes them.

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

export function bytes(value) {
  if (!Number.isFinite(value)) return '–'
  let unit = 0
  let scaled = Math.abs(value)
  while (scaled >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000
    unit++
  }
  const digits = unit > 0 && scaled < 99.95 ? scaled.toFixed(1) : String(Math.round(scaled))
  return `${value < 0 ? '−' : ''}${digits} ${UNITS[unit]}`
}

export function signed(value, write) {
  return value > 0 ? `+${write(value)}` : write(value)
}

export function count(value) {
  return Number.isFinite(value) ? Math.round(value).toLocaleString('en') : '–'
}

export function percent(share) {
  const value = share * 100
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`
}

export function milliseconds(value) {
  if (!Number.isFinite(value)) return '–'
  return value < 10 ? `${value.toFixed(1)} ms` : value < 10_000 ? `${Math.round(value)} ms` : span(value)
}

const SPANS = [[864e5, 'd'], [36e5, 'h'], [6e4, 'min'], [1e3, 's']]

/** `5 h`: one figure, which is at least 2 where that is possible. */
export function span(ms) {
  const [size, unit] = SPANS.find(([size]) => ms >= size * 2) ?? SPANS.at(-1)
  return `${Math.max(0, Math.round(ms / size))} ${unit}`
}

export function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour12: false })
}

/** The end of a path is what a person knows. */
export function place({ file, line, column } = {}, parts = 3) {
  if (!file) return ''
  const short = file.split(/[\\/]/).slice(-parts).join('/')
  return line ? `${short}:${line}${column && parts > 3 ? `:${column}` : ''}` : short
}
