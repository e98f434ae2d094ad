import { element } from './element.js'
import { bytes, count, percent } from './format.js'

/** Less is no area that could be chosen. */
const LEAST_SHARE = 0.004

/**
 * The top of the dominator tree as areas. `rows` are a Report's `tree`, or what one object holds, which is the first row then; one walks into an area by a click or Enter, out of it by the
 * way above, Backspace or Escape, and between areas by the arrows.
 */
export class Treemap {
  #place
  #path
  #chosen
  #rows = []
  #below = []
  #at = 0

  constructor(place, path, chosen) {
    this.#place = place
    this.#path = path
    this.#chosen = chosen
    place.addEventListener('keydown', (event) => this.#key(event))
    new ResizeObserver(() => this.#draw(false)).observe(place)
  }

  show(rows) {
    this.#rows = rows
    this.#below = rows.map(() => [])
    rows.forEach(({ parent }, at) => parent !== undefined && this.#below[parent].push(at))
    this.#at = 0
    this.#draw(false)
  }

  #walk(at) {
    this.#at = at
    this.#draw(true)
    this.#chosen?.(this.#rows[at], this.#wayTo(at).map((step) => this.#rows[step]))
  }

  #wayTo(at) {
    const way = []
    for (let step = at; step !== undefined; step = this.#rows[step].parent) way.unshift(step)
    return way
  }

  #draw(focus) {
    if (this.#rows.length === 0 || this.#place.clientWidth === 0) return
    this.#crumbs()
    const whole = this.#rows[this.#at]
    const parts = this.#below[this.#at].map((at) => ({ at, size: this.#rows[at].retainedSize })).filter(({ size }) => size > whole.retainedSize * LEAST_SHARE)
    const rest = whole.retainedSize - parts.reduce((sum, { size }) => sum + size, 0)
    if (rest > whole.retainedSize * LEAST_SHARE) parts.push({ size: rest })
    parts.sort((a, b) => b.size - a.size)
    const { clientWidth: width, clientHeight: height } = this.#place
    const tiles = squares(parts, { left: 0, top: 0, width, height }).map((tile) => this.#tile(tile, whole))
    this.#place.replaceChildren(...tiles)
    const first = this.#place.querySelector('button')
    if (first) first.tabIndex = 0
    if (focus) (first ?? this.#path.querySelector('button[aria-current]'))?.focus()
  }

  #tile({ at, size, left, top, width, height }, whole) {
    const row = this.#rows[at]
    const share = size / whole.retainedSize
    const label = row === undefined ? (isWhole(whole) ? 'everything else' : 'itself, and what is small') : nameOf(row)
    const words = [element('b', {}, label), element('span', {}, `${bytes(size)} · ${percent(size / this.#rows[0].retainedSize)}`)]
    const inner = row !== undefined && this.#below[at].length > 0
    const says = `${label}, ${bytes(size)}, ${percent(share)} of this area${inner ? '' : ', nothing larger inside'}`
    const tile = row === undefined
      ? element('div', { class: 'tile rest', title: says }, ...words)
      : element('button', { type: 'button', class: `tile hue${hueOf(row.class)}`, title: says, 'aria-label': says, tabindex: '-1', 'data-at': at, onclick: () => this.#walk(at) }, ...words)
    Object.assign(tile.style, { left: `${left}px`, top: `${top}px`, width: `${Math.max(0, width - 2)}px`, height: `${Math.max(0, height - 2)}px` })
    if (width < 56 || height < 30) tile.classList.add('tiny')
    return tile
  }

  #crumbs() {
    const way = this.#wayTo(this.#at)
    const crumb = (at, nth) => {
      const here = nth === way.length - 1
      const row = this.#rows[at]
      const text = isWhole(row) ? 'the whole heap' : nameOf(row)
      return element('li', {}, element('button', { type: 'button', 'aria-current': here && 'true', onclick: () => this.#walk(at) }, text), element('small', { class: 'dim' }, ` ${bytes(row.retainedSize)}`))
    }
    this.#path.replaceChildren(element('ol', {}, ...way.map(crumb)))
  }

  #key(event) {
    const out = this.#rows[this.#at]?.parent
    if ((event.key === 'Backspace' || event.key === 'Escape') && out !== undefined) {
      event.preventDefault()
      return this.#walk(out)
    }
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    const tiles = [...this.#place.querySelectorAll('button')]
    const next = tiles[tiles.indexOf(document.activeElement) + step]
    if (next === undefined) return
    event.preventDefault()
    tiles.forEach((tile) => (tile.tabIndex = tile === next ? 0 : -1))
    next.focus()
  }
}

/** The heap is no object, and of no class. */
function isWhole({ class: kind }) {
  return kind === ''
}

function nameOf({ name, class: kind, count: many }) {
  const what = many > 1 ? `${count(many)} × ${kind || 'objects'}` : kind
  return name && name !== kind ? `${name}: ${what}` : what
}

/** The same class has the same colour everywhere. */
function hueOf(kind) {
  let sum = 7
  for (const character of kind) sum = (sum * 31 + character.codePointAt(0)) % 9973
  return sum % 7
}

/** Squarified areas (Bruls, Huizing, van Wijk): parts, the largest first, in rows along the shorter side. */
function squares(parts, area) {
  const total = parts.reduce((sum, { size }) => sum + size, 0)
  if (total === 0) return []
  const scale = (area.width * area.height) / total
  const done = []
  let left = parts.map((part) => ({ ...part, space: part.size * scale }))
  let free = { ...area }
  while (left.length > 0) {
    const side = Math.min(free.width, free.height)
    let taken = 1
    while (taken < left.length && worst(left.slice(0, taken + 1), side) <= worst(left.slice(0, taken), side)) taken++
    const row = left.slice(0, taken)
    left = left.slice(taken)
    const depth = row.reduce((sum, { space }) => sum + space, 0) / (side || 1)
    let along = 0
    for (const part of row) {
      const length = part.space / (depth || 1)
      done.push(free.width >= free.height
        ? { ...part, left: free.left, top: free.top + along, width: depth, height: length }
        : { ...part, left: free.left + along, top: free.top, width: length, height: depth })
      along += length
    }
    free = free.width >= free.height
      ? { ...free, left: free.left + depth, width: free.width - depth }
      : { ...free, top: free.top + depth, height: free.height - depth }
  }
  return done
}

/** How far from a square the worst of a row is. */
function worst(row, side) {
  const sum = row.reduce((total, { space }) => total + space, 0)
  const spaces = row.map(({ space }) => space)
  return Math.max((side ** 2 * Math.max(...spaces)) / sum ** 2, sum ** 2 / (side ** 2 * Math.min(...spaces)))
}
