'use strict'

const { handler } = require('./handler.js')

/** The endpoint as a Koa middleware: `app.use(koa({ path: '/heap', token }))`, or below `koa-mount`. `close()` ends it. */
function koa(options) {
  const handle = handler(options)
  const middleware = (ctx, next) =>
    new Promise((resolve, reject) => {
      const passed = () => {
        ctx.respond = undefined
        Promise.resolve(next()).then(resolve, reject)
      }
      // Koa would answer 404 where the answer is not begun yet.
      ctx.respond = false
      handle(ctx.req, ctx.res, passed).then(() => ctx.respond === false && resolve(), reject)
    })
  return Object.assign(middleware, { close: handle.close })
}

module.exports = koa
