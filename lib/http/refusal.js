'use strict'

const { LeakguardError } = require('../errors.js')

/** What a failure is to HTTP. All that is not here is a defect. */
const STATUS = {
  ERR_LEAKGUARD_OPTION: 400,
  ERR_LEAKGUARD_REFUSED: 403,
  ERR_LEAKGUARD_BUSY: 409,
  ERR_LEAKGUARD_UNRELATED: 422,
  ERR_LEAKGUARD_LIMIT: 507,
  ERR_LEAKGUARD_HEADROOM: 507,
  ERR_LEAKGUARD_UNSUPPORTED: 501,
  ERR_LEAKGUARD_NATIVE_MISSING: 501,
  ERR_LEAKGUARD_PAUSE: 503,
  ERR_LEAKGUARD_TWIN: 503,
  ERR_LEAKGUARD_IO: 503,
  ERR_LEAKGUARD_CANCELLED: 503,
}

/** The answer to a request that is not granted: its status, and headers that the status asks for. */
class Refusal extends LeakguardError {
  constructor(status, message, { code = 'ERR_LEAKGUARD_REFUSED', headers } = {}) {
    super(code, message)
    Object.defineProperties(this, { status: { value: status }, headers: { value: headers } })
  }
}

/** `{ status, headers, body }` for whatever was thrown. Only our own words leave the process. */
function refusalOf(error) {
  if (!(error instanceof LeakguardError)) {
    return { status: 500, body: bodyOf('ERR_LEAKGUARD_INTERNAL', 'ERR_LEAKGUARD_INTERNAL: a defect in leakguard, please report it') }
  }
  const { status = STATUS[error.code] ?? 500, headers, code, message, need, headroom, limit, estimateMs } = error
  return { status, headers, body: bodyOf(code, message, { need, headroom, limit, estimateMs }) }
}

function bodyOf(code, message, details) {
  return { error: { code, message, ...details } }
}

module.exports = { Refusal, refusalOf }
