'use strict'

/** A snapshot as a report: analysed where it is captured. */
class ReportTarget {
  untouched = true

  constructor(options, readScripts) {
    this.sink = { kind: 'analyze', options, readScripts }
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
