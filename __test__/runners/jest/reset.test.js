'use strict'

const leakguard = require('leakguard')
require('leakguard/jest')

const { walker } = leakguard.capabilities()
/** A walk that failed is not tried again, and V8's snapshots take a multiple of the time. */
afterAll(() => expect(leakguard.capabilities()).toMatchObject({ walker }))

test('modules that are loaded anew go, with what they hold', async () => {
  const handle = () => {
    jest.resetModules()
    const { Sessions } = require('../app/sessions.js')
    return new Sessions().handle({ user: 'ann' })
  }
  await expect(handle).not.toLeak({ iterations: 20 })
})

test('a module of its own for each call, which someone keeps', async () => {
  const kept = []
  await expect(() => jest.isolateModules(() => kept.push(require('../app/sessions.js')))).toLeak({ iterations: 20 })
})
