import { element } from './element.js'

// An object in words: what holds it, what it is, its id. Texts out of a heap are texts, never markup.

/** The address of a view in this page. */
export function addressOf(heap, view, ...more) {
  return `#${[heap, view, ...more].map(encodeURIComponent).join('/')}`
}

const QUOTED = new Set(['string', 'concatenated string', 'sliced string'])

/** What an object is. */
export function nameOf({ name, class: kind, type }) {
  if (QUOTED.has(type)) return element('span', { class: 'text-value' }, `"${name}"`)
  if (type === 'closure') return element('span', { class: 'function' }, `${name || '(anonymous)'}()`)
  if (name === '' || name === kind) return element('span', { class: 'class' }, kind || '(root)')
  return element('span', {}, element('span', { class: 'class' }, kind), ` ${name}`)
}

/** An object as a link to what is known of it, with the variable or property that leads to it, where it has one. */
export function labelOf(heap, row) {
  const { edge, edgeType, id, detached } = row
  // The root numbers what it leads to.
  const held = edge === undefined || edgeType === 'shortcut' ? [] : [element('span', { class: 'held' }, edgeType === 'element' ? `[${edge}]` : edge || '(unnamed)'), ': ']
  return element('span', { class: 'label' },
    ...held,
    element('a', { href: addressOf(heap, 'object', id) }, nameOf(row)),
    element('span', { class: 'id' }, ` @${id}`),
    edgeType === 'weak' && element('span', { class: 'weak' }, ' weak'),
    detached && element('span', { class: 'weak' }, ' detached'))
}
