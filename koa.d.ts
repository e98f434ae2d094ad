import type { EndpointOptions } from './http.js'

/** The endpoint as a middleware of Koa: `app.use(leakguardKoa({ path: '/heap' }))`. */
declare function leakguardKoa(options?: EndpointOptions): {
  (context: any, next: () => Promise<any>): Promise<void>
  close(): void
}
export = leakguardKoa
