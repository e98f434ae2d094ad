import type { EndpointOptions } from './http.js'

/** The endpoint as a plugin of Fastify: `fastify.register(leakguardFastify, { prefix: '/heap' })`. It is closed with the server. */
declare function leakguardFastify(fastify: any, options: Omit<EndpointOptions, 'path'> & { prefix?: string }): Promise<void>
export = leakguardFastify
