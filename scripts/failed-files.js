'use strict'

/** A reporter of node:test that prints the files with a failed test, a line each. */
module.exports = async function* failedFiles(events) {
  const failed = new Set()
  for await (const { type, data } of events) {
    if (type === 'test:fail' && !data.todo && data.details?.error?.failureType !== 'subtestsFailed') failed.add(data.file ?? data.name)
  }
  yield [...failed].join('\n')
}
