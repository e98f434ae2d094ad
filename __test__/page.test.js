'use strict'

/* global document, location */

// The page in a real Chromium, against a real app that leaks. LEAKGUARD_PICTURES names a folder for screenshots.

const test = require('node:test')
const assert = require('node:assert/strict')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const fs = require('node:fs')
const { join } = require('node:path')
const readline = require('node:readline')
const { analyze } = require('leakguard')
const { openPage, picture, reasonToSkip } = require('./support/browser.js')
const { folderFor } = require('./support/folder.js')

const PAGE = join(__dirname, '..', 'lib', 'http', 'page')
const TOKEN = 'the-token-of-the-page-test'
async function leakyApp(t) {
  const env = { ...process.env, TOKEN, SNAPSHOTS: folderFor(t) }
  const app = spawn(process.execPath, [join(__dirname, 'support', 'leaky-app.js')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => app.kill('SIGKILL'))
  const [port] = await once(readline.createInterface({ input: app.stdout }), 'line')
  return `http://127.0.0.1:${port}/heap`
}

test('a person who never saw it finds the leak', { skip: reasonToSkip(), timeout: 1_200_000 }, async (t) => {
  const url = await leakyApp(t)
  const page = await openPage(t, { acceptDownloads: true })
  const complaints = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.stack))
  // A download's request ends as one that was aborted, when all of it was read.
  page.on('requestfailed', (request) => request.url().includes('/snapshot') || complaints.push(`failed: ${request.url()}: ${request.failure()?.errorText}`))
  const urls = []
  page.on('request', (request) => urls.push(request.url()))

  await t.test('it asks for the token, and tells a wrong one', async () => {
    await page.goto(url)
    await page.locator('#login[open]').waitFor()
    await picture(page, 'login')
    await page.fill('#token', 'not-the-right-token')
    await page.keyboard.press('Enter')
    await page.getByText('That token does not open it').waitFor()
    await page.fill('#token', TOKEN)
    await page.keyboard.press('Enter')
    await page.locator('#link[data-state=live]').waitFor()
    assert.ok(urls.every((asked) => !asked.includes(TOKEN)))
    assert.equal(await page.evaluate(() => document.cookie + location.href.includes('token') + localStorage.length), 'false0')
    complaints.splice(0) // the 401s that it was meant to get
  })

  await t.test('the chart moves', async (t) => {
    const [paint] = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint').map(({ startTime }) => startTime))
    const transferred = await page.evaluate(() => performance.getEntries().reduce((sum, { transferSize = 0, name }) => sum + (/assets|heap\/$/.test(name) ? transferSize : 0), 0))
    t.diagnostic(`first paint after ${Math.round(paint)} ms, ${transferred} bytes of page came`)
    assert.ok(paint > 0 && transferred > 50_000 && transferred < 200_000, `${transferred} bytes`)
    const chart = page.getByRole('figure', { name: /^Live heap: .*lives \d/ })
    await chart.waitFor()
    const before = await chart.getAttribute('aria-label')
    await page.waitForFunction((text) => document.querySelector('.chart.wide').getAttribute('aria-label') !== text, before)
    assert.ok((await page.locator('.chart canvas').count()) >= 6)
  })

  await t.test('the leak is told as it is found: its variable, its file and line', async () => {
    const card = page.locator('#leak-cards article').first()
    await card.waitFor()
    await card.getByText('leakedArray').first().waitFor()
    assert.match(await card.innerText(), /leaky-app\.js:8/)
  })

  await t.test('the heap: suspects, and areas that are walked by the keyboard', async () => {
    await page.getByRole('button', { name: 'What is in the heap?' }).click()
    const suspect = page.locator('#heap-suspects article').first()
    await suspect.waitFor()
    assert.match(await suspect.innerText(), /leakedArray/)
    const active = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'))
    await page.locator('#treemap button').first().focus()
    const first = await active()
    await page.keyboard.press('ArrowRight')
    assert.notEqual(await active(), first)
    await page.keyboard.press('ArrowLeft')
    assert.equal(await active(), first)
    await page.getByRole('button', { name: /^leakedArray: Array/ }).focus()
    await picture(page, 'page', { fullPage: true })
    await page.keyboard.press('Enter')
    await page.locator('#tree-path button[aria-current]', { hasText: 'leakedArray' }).waitFor()
    assert.match(await page.locator('#treemap button').first().getAttribute('aria-label'), /× Object/)
    await page.keyboard.press('Escape')
    await page.locator('#tree-path button[aria-current]', { hasText: 'the whole heap' }).waitFor()
  })

  await t.test('what grows now', async () => {
    await page.getByRole('button', { name: 'What grows now?' }).click()
    await page.getByRole('progressbar').waitFor()
    await page.locator('#growth').waitFor()
    assert.match(await page.locator('#growth-result').innerText(), /leakedArray/)
    await picture(page, 'growth')
  })

  await t.test('a snapshot is downloaded, and analyze reads it', async (t) => {
    await page.getByRole('button', { name: 'Take a snapshot' }).click()
    await page.getByText('It is estimated to need up to').or(page.getByText('The app will stand still')).waitFor()
    await picture(page, 'snapshot')
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Take it' }).click()])
    const path = join(folderFor(t), download.suggestedFilename())
    await download.saveAs(path)
    assert.match(path, /\.heapsnapshot\.gz$/)
    const { suspects } = await analyze(path)
    assert.ok(suspects.some(({ name }) => name.includes('leakedArray')))
  })

  await t.test('on a phone, and in the dark, nothing is cut off', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await picture(page, 'dark', { fullPage: true })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.waitForTimeout(300)
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390)
    await picture(page, 'phone', { fullPage: true })
    const names = await page.locator('button').evaluateAll((buttons) => buttons.filter((button) => button.offsetParent && !(button.getAttribute('aria-label') ?? button.textContent).trim()).length)
    assert.equal(names, 0, 'every button has a name')
  })

  assert.deepEqual(complaints, [])
})

test('all of the page is small, and says where nothing is from elsewhere', () => {
  const files = fs.readdirSync(PAGE)
  const bytes = files.reduce((sum, name) => sum + fs.statSync(join(PAGE, name)).size, 0)
  assert.ok(bytes < 200_000, `${bytes} bytes`)
  const { FILES } = require('../lib/http/routes/page.js')
  assert.deepEqual(files.filter((name) => name !== 'index.html').sort(), [...FILES].sort())
  for (const name of files.filter((name) => name !== 'uplot.js')) {
    const text = fs.readFileSync(join(PAGE, name), 'utf8')
    assert.ok(!/https?:\/\/(?!www\.w3\.org\/)/.test(text), name)
    assert.ok(!/innerHTML|insertAdjacentHTML|\beval\(|style="|onclick="/.test(text), name)
  }
})
