// Prints what is the same on every version of Node.js: names, verdicts and messages.
export default async function* lines(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const { cause } = data.details.error ?? {}
    yield `${type === 'test:pass' ? 'pass' : 'FAIL'} ${data.name}\n`
    if (cause) yield `${String(cause.message).replace(/^/gm, '  ')}\n`
  }
}
