'use strict'

const { spawnSync } = require('node:child_process')
const { existsSync, mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** Where a Chromium is that runs; `undefined`: nowhere. `LEAKGUARD_CHROMIUM` names another. */
function chromium() {
  return [process.env.LEAKGUARD_CHROMIUM, ...PLACES].find((path) => path && existsSync(path) && runs(path))
}

/** Some systems have a stub there, which asks for another installation. */
function runs(path) {
  return spawnSync(path, ['--version', '--no-sandbox'], { stdio: 'ignore', timeout: 60_000 }).status === 0
}

/** A page of a Chromium with an empty profile, gone after the test. */
async function openPage(test, options) {
  const profile = mkdtempSync(join(tmpdir(), 'leakguard-chromium-'))
  const { chromium: browser } = require('playwright-core')
  const context = await browser.launchPersistentContext(profile, {
    executablePath: chromium(),
    headless: true,
    args: FLAGS,
    timeout: 120_000,
    viewport: { width: 1280, height: 900 },
    ...options,
  })
  context.setDefaultTimeout(120_000)
  test.after(async () => {
    await context.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  })
  return context.pages()[0] ?? context.newPage()
}

/** Pages are the same on every Node: one of them is enough. */
const LINE = '24'

/** Why no page is opened here; `false`: one can be. */
function reasonToSkip() {
  if (chromium() === undefined) return 'there is no Chromium here'
  if (!process.versions.node.startsWith(`${LINE}.`) && !process.env.LEAKGUARD_PAGE) return `it runs on Node ${LINE}, or with LEAKGUARD_PAGE=1`
  return false
}

/** `LEAKGUARD_PICTURES` names a folder for screenshots. */
async function picture(page, name, options) {
  const folder = process.env.LEAKGUARD_PICTURES
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), ...options })
}

module.exports = { openPage, picture, reasonToSkip }
