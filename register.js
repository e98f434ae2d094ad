'use strict'

// The one module that does something when it is loaded: that is what it is for.

const { register, tell } = require('./lib/register/register.js')

try {
  register()
} catch (error) {
  tell(error?.message ?? String(error))
}
