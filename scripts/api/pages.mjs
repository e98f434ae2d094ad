// What typedoc's pages lack: the name of what a module is (`export =`), and links to the guides that the types speak of.

import { Converter } from 'typedoc'
import { MarkdownPageEvent } from 'typedoc-plugin-markdown'

export function load({ converter, renderer }) {
  converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (reflection.name === 'export=') reflection.name = nameOf(context.getSymbolFromReflection(reflection)) ?? reflection.name
  })
  renderer.on(MarkdownPageEvent.END, (page) => {
    page.contents = page.contents.replace(/\bdocs\/(\w+(?:-\w+)*\.md)/g, '[docs/$1](../$1)')
  })
}

function nameOf(symbol) {
  return symbol?.declarations?.[0]?.expression?.text ?? symbol?.declarations?.[0]?.name?.text
}
