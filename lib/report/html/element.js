'use strict'

// HTML as text, escaped where it is made: what is no Html is text, whoever wrote it.

class Html {
  constructor(text) {
    this.text = text
  }
}

const VOID = new Set(['meta', 'br', 'line', 'path', 'rect', 'polyline', 'polygon'])
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
// Marks of direction and controls could show a text as another one.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}]/gu

function escaped(text) {
  return String(text)
    .replace(UNSAFE, (character) => (character === '\n' || character === '\t' ? character : `\\u{${character.codePointAt(0).toString(16)}}`))
    .replace(/[&<>"']/g, (character) => ESCAPES[character])
}

/** `element('p', { class: 'dim' }, 'text', element(…), undefined, […])`; attributes and children that are undefined or false are left out. */
function element(tag, attributes, ...children) {
  const given = Object.entries(attributes ?? {}).filter(([, value]) => value !== undefined && value !== false)
  const opening = `<${tag}${given.map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escaped(value)}"`)).join('')}>`
  return new Html(VOID.has(tag) ? opening.replace(/>$/, '/>') : `${opening}${inner(children)}</${tag}>`)
}

function inner(children) {
  return children
    .flat(3)
    .filter((child) => child !== undefined && child !== false && child !== null)
    .map((child) => (child instanceof Html ? child.text : escaped(child)))
    .join('')
}

module.exports = { element, escaped, inner }
