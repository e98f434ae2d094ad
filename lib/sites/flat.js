'use strict'

/** V8's tree as a table, callers first: stacks are deeper than JSON's readers go. */
function flat({ head, samples }) {
  const nodes = []
  const indices = new Map()
  const open = [[head, 0]]
  while (open.length > 0) {
    const [{ callFrame, id, children }, parent] = open.pop()
    const index = nodes.length
    indices.set(id, index)
    const { functionName, url, lineNumber, columnNumber } = callFrame
    nodes.push({ parent, function: functionName, file: url, line: lineNumber, column: columnNumber })
    for (const child of children) open.push([child, index])
  }
  const known = samples.filter(({ nodeId }) => indices.has(nodeId))
  return { nodes, samples: known.map(({ nodeId, size, ordinal }) => ({ node: indices.get(nodeId), size, ordinal })) }
}

module.exports = { flat }
