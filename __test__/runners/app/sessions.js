'use strict'

/** Keeps each session that it opens, unless it is told to be bounded. */
class Sessions {
  constructor() {
    this.entries = new Map()
    this.next = 0
  }

  open(user) {
    const session = new Session(user)
    this.entries.set(`session-${this.next++}`, session)
    return session
  }

  handle({ user, bounded = false }) {
    const session = this.open(user)
    if (bounded) this.entries.clear()
    return session.user
  }
}

class Session {
  constructor(user) {
    this.user = user
    this.opened = new Date()
  }
}

module.exports = { Sessions }
