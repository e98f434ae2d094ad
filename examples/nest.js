'use strict'

// NestJS: a provider whose life is the application's. In TypeScript the last lines are the decorators that you know.
// HEAP_TOKEN=a-long-secret-of-yours PORT=3000 node examples/nest.js

require('reflect-metadata')
const { Controller, Get, Injectable, Logger, Module } = require('@nestjs/common')
const { NestFactory } = require('@nestjs/core')
const leakguard = require('leakguard')
const { handler } = require('leakguard/http')

class LeakguardService {
  #log = new Logger('leakguard')

  onModuleInit() {
    this.watchdog = leakguard.watch()
    this.watchdog.on('leak', (leak) => this.#log.error(leak.text))
    this.heap = handler({ token: process.env.HEAP_TOKEN, watchdog: this.watchdog })
  }

  onApplicationShutdown() {
    this.heap.close()
    this.watchdog.stop()
  }
}

class HelloController {
  hello() {
    return 'hello'
  }
}

class AppModule {}

Injectable()(LeakguardService)
Controller()(HelloController)
Get()(HelloController.prototype, 'hello', Object.getOwnPropertyDescriptor(HelloController.prototype, 'hello'))
Module({ controllers: [HelloController], providers: [LeakguardService] })(AppModule)

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] })
  app.enableShutdownHooks()
  const leakguardService = app.get(LeakguardService)
  app.use('/heap', (request, response, next) => leakguardService.heap(request, response, next))
  await app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1')
  console.log(await app.getUrl())
}

main()
