// Requests of the page: relative to it, with the token in a header, and events by fetch, because EventSource sends no headers.

const KEY = 'leakguard-token'
const SILENCE_MS = 40_000

/** A failure that the endpoint told: its status, code and sentence. */
export class Failure extends Error {
  constructor(status, code, message) {
    super(message)
    Object.assign(this, { status, code })
  }
}

export function keepToken(token) {
  sessionStorage.setItem(KEY, token)
}

export function forgetToken() {
  sessionStorage.removeItem(KEY)
}

/** The answer, if it is a good one. */
export async function request(method, path, { signal } = {}) {
  const token = sessionStorage.getItem(KEY)
  const headers = { ...(token && { Authorization: `Bearer ${token}` }), ...(method !== 'GET' && { 'X-Leakguard': '1' }) }
  const response = await fetch(path, { method, headers, signal, cache: 'no-store', credentials: 'same-origin' })
  if (response.ok) return response
  const { error = {} } = await response.json().catch(() => ({}))
  throw new Failure(response.status, error.code, error.message ? sentenceOf(error) : `the server answered ${response.status}`)
}

function sentenceOf({ message }) {
  return message.replace(/^ERR_LEAKGUARD_\w+: /, '')
}

export async function json(method, path, options) {
  const response = await request(method, path, options)
  return response.status === 204 ? undefined : response.json()
}

/** Listens until the connection ends: `heard(event, data)`. */
export async function listen(heard) {
  const ended = new AbortController()
  const response = await request('GET', 'events', { signal: ended.signal })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  // A proxy that holds events back looks like a dead connection.
  let silence
  const awaken = () => {
    clearTimeout(silence)
    silence = setTimeout(() => ended.abort(), SILENCE_MS)
  }
  try {
    for (awaken(); ; awaken()) {
      const { value, done } = await reader.read()
      if (done) return
      text += value
      const events = text.split('\n\n')
      text = events.pop()
      for (const event of events) told(event, heard)
    }
  } finally {
    clearTimeout(silence)
  }
}

function told(event, heard) {
  const [, name] = /^event: (.*)$/m.exec(event) ?? []
  const [, data] = /^data: (.*)$/m.exec(event) ?? []
  if (name) heard(name, JSON.parse(data))
}

const LOOK_MS = 400

/**
 * Lets the browser itself download a snapshot, into a file as it comes: by a link that works once, because what a browser downloads
 * cannot send the token. Resolves when all was sent, and stops it by `signal`.
 */
export async function download(query, progress, signal) {
  const { link, path } = await json('POST', `links?${new URLSearchParams(query)}`, { signal })
  Object.assign(document.createElement('a'), { href: path, download: '' }).click()
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    if (signal?.aborted) return json('DELETE', `links/${link}`)
    const { state, bytes, error } = await json('GET', `links/${link}/outcome`)
    if (state === 'failed') throw new Failure(undefined, error.code, sentenceOf(error))
    if (state === 'stale') throw new Failure(undefined, undefined, 'the browser did not begin the download')
    if (state === 'done') return
    if (bytes > 0) progress?.(bytes)
  }
}
