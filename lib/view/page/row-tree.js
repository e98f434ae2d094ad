import { element } from './element.js'
import { count } from './format.js'


/**
 * A table whose rows open: `columns` are `{ title, value(row), text?, spare? }`, the first has the toggle. `load(row, from, count)` resolves to
 * `{ total, rows }`, of the top without a row; `opens(row)` says whether a row has any below it. Rows come `page` at a time.
 */
export class RowTree {
  #columns
  #load
  #opens
  #rows
  #body = element('tbody')

  constructor(caption, { columns, load, opens, page = 50 }) {
    this.#columns = columns
    this.#load = load
    this.#opens = opens
    this.#rows = page
    const head = columns.map(({ title, text, spare }) => element('th', { scope: 'col', class: classOf(text, spare) }, title))
    this.node = element('div', { class: 'scroll', role: 'region', 'aria-label': caption },
      element('table', { class: 'tree', role: 'treegrid' }, element('caption', { class: 'hidden' }, caption), element('thead', {}, element('tr', {}, ...head)), this.#body))
    this.#body.addEventListener('keydown', (event) => this.#key(event))
  }

  /** Shows the top; resolves when it is there. */
  async show() {
    await this.#page(undefined, 1, 0, (rows) => this.#body.replaceChildren(...rows))
    if (this.#body.children.length === 0) this.#body.append(element('tr', {}, element('td', { class: 'text dim', colspan: String(this.#columns.length) }, 'none')))
    return this
  }

  /** Asks for a page of what is below `row` and puts its lines in place, with one for the next page if there is one. */
  async #page(row, level, from, place) {
    const { total, rows } = await this.#load(row, from, this.#rows)
    const lines = rows.map((below) => this.#line(below, level))
    const shown = from + rows.length
    if (shown < total && rows.length > 0) lines.push(this.#more(row, level, shown, total))
    place(lines)
  }

  #line(row, level) {
    const opens = this.#opens(row, level)
    const toggle = element('button', { type: 'button', class: opens ? 'toggle' : 'toggle none', 'aria-expanded': opens && 'false', 'aria-label': 'What is below', tabindex: opens ? undefined : '-1', onclick: () => this.#toggle(line, row, level) })
    const cells = this.#columns.map(({ value, text, spare }, nth) => {
      const content = value(row)
      return element('td', { class: classOf(text, spare) }, nth === 0 ? element('span', { class: 'name' }, toggle, content) : content)
    })
    const line = element('tr', { role: 'row', 'aria-level': String(level), 'aria-expanded': opens && 'false' }, ...cells)
    line.style.setProperty('--level', level)
    line.below = () => this.#toggle(line, row, level)
    return line
  }

  #more(row, level, from, total) {
    const button = element('button', { type: 'button', class: 'more' }, `${count(Math.min(this.#rows, total - from))} more of ${count(total - from)}`)
    const line = element('tr', { role: 'row', 'aria-level': String(level) }, element('td', { class: 'text', colspan: String(this.#columns.length) }, button))
    line.style.setProperty('--level', level)
    button.addEventListener('click', () => this.#busily(button, () => this.#page(row, level, from, (lines) => {
      line.replaceWith(...lines)
      lines[0]?.querySelector('a, button')?.focus()
    })))
    return line
  }

  async #toggle(line, row, level) {
    const toggle = line.querySelector('.toggle')
    const open = toggle.getAttribute('aria-expanded') === 'true'
    if (open) this.#close(line, level)
    else await this.#busily(toggle, () => this.#page(row, level + 1, 0, (lines) => line.isConnected && line.after(...lines)))
    for (const node of [toggle, line]) node.setAttribute('aria-expanded', String(!open))
  }

  #close(line, level) {
    while (Number(line.nextElementSibling?.getAttribute('aria-level')) > level) line.nextElementSibling.remove()
  }

  async #busily(button, work) {
    button.disabled = true
    try {
      await work()
    } catch (error) {
      this.node.dispatchEvent(new CustomEvent('failed', { bubbles: true, detail: error }))
      throw error
    } finally {
      button.disabled = false
      button.focus()
    }
  }

  /** Up and down from row to row, right opens, left closes. */
  #key(event) {
    const line = event.target.closest('tr')
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key]
    if (step) {
      line[step]?.querySelector('a, button:not(.none)')?.focus()
    } else if (event.key === 'ArrowRight' && line.getAttribute('aria-expanded') === 'false') {
      line.below()
    } else if (event.key === 'ArrowLeft' && line.getAttribute('aria-expanded') === 'true') {
      line.below()
    } else {
      return
    }
    event.preventDefault()
  }
}

function classOf(text, spare) {
  return `${text ? 'text' : 'number'}${spare ? ' spare' : ''}`
}
