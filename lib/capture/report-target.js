'use strict'

/** A snapshot as what a task asks of it: analysed where it is captured. */
class ReportTarget {
  untouched = true

  constructor(task, readScripts) {
    this.sink = { kind: 'analyze', task, readScripts }
  }

  attached() {}

  done({ report }) {
    return JSON.parse(report)
  }

  failed(error) {
    return error
  }
}

module.exports = { ReportTarget }
