/** An element, its attributes and its children: texts are texts, never markup. `onX` attributes are listeners. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value)
    else node.setAttribute(key, value === true ? '' : value)
  }
  node.append(...children.filter((child) => child !== undefined && child !== false && child !== null))
  return node
}

export function byId(id) {
  return document.getElementById(id)
}

/** Columns are `{ title, value(row), text? }`: what is no text stands to the right. */
export function table(caption, columns, rows) {
  const cell = (name, { text }, content, attributes) => element(name, { class: text ? 'text' : 'number', ...attributes }, content)
  const head = element('tr', {}, ...columns.map((column) => cell('th', column, column.title, { scope: 'col' })))
  const body = rows.map((row) => element('tr', {}, ...columns.map((column) => cell('td', column, column.value(row)))))
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    element('table', {}, element('caption', { class: 'hidden' }, caption), element('thead', {}, head), element('tbody', {}, ...body)))
}
