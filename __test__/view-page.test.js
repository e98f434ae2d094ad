'use strict'

/* global document, location */

// The page of `leakguard view` in a real Chromium, over two snapshots of a program that leaks. LEAKGUARD_PICTURES names a folder for screenshots.

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { join } = require('node:path')
const { openPage, picture, reasonToSkip } = require('./support/browser.js')
const { program } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { viewer } = require('./support/viewer.js')

/** Two snapshots of one process, which holds more sessions at the second. */
async function twoSnapshots(t) {
  const folder = folderFor(t)
  const files = ['before', 'after'].map((name) => join(folder, `${name}.heapsnapshot`))
  await program(`
    class Session { constructor(nth) { this.user = 'user number ' + nth; this.note = '<img src=x onerror=alert(1)>' } }
    const leakedSessions = []
    const leak = (many) => { for (let nth = 0; nth < many; nth++) leakedSessions.push(new Session(nth)) }
    globalThis.handler = leak
    leak(500)
    leakguard.writeSnapshotSync(${JSON.stringify(files[0])})
    leak(8000)
    leakguard.writeSnapshotSync(${JSON.stringify(files[1])})`)
  return files
}

test('a person finds the leak in two snapshots', { skip: reasonToSkip(), timeout: 600_000 }, async (t) => {
  const { url } = await viewer(t, await twoSnapshots(t))
  const page = await openPage(t)
  const complaints = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.stack))
  const urls = []
  page.on('request', (request) => urls.push(request.url()))
  const tab = (name) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name })

  await t.test('it opens by its address, whose secret is sent to nobody and leaves the address', async () => {
    await page.goto(url)
    await page.getByRole('heading', { name: /What looks like a leak|Nothing holds/ }).waitFor()
    const [, token] = url.split('#token=')
    assert.ok(urls.every((asked) => !asked.includes(token)))
    assert.equal(await page.evaluate(() => document.cookie + location.hash + localStorage.length), '0')
  })

  await t.test('the second file: its suspect, its areas', async () => {
    await page.getByRole('combobox', { name: 'File' }).selectOption({ label: 'after.heapsnapshot' })
    const suspect = page.locator('article').first()
    await suspect.getByText('leakedSessions').first().waitFor()
    await page.locator('#treemap button').first().waitFor()
    await picture(page, 'view', { fullPage: true })
  })

  await t.test('classes open: their objects, and what these hold; by the keyboard, too', async () => {
    await tab('Classes').click()
    const other = page.locator('tbody tr', { hasText: '(string)' })
    await other.waitFor()
    await page.getByPlaceholder('part of the name').fill('sess')
    await other.waitFor({ state: 'detached' })
    const row = page.getByRole('row', { name: /^What is below Session.*8,500/ })
    await row.waitFor()
    await row.getByRole('button').click()
    await page.locator('tr[aria-level="2"]').nth(49).waitFor()
    await page.getByRole('button', { name: /^50 more of 8,450/ }).click()
    await page.locator('tr[aria-level="2"]').nth(99).waitFor()
    const first = page.locator('tr[aria-level="2"]').first()
    await first.locator('a').focus()
    await page.keyboard.press('ArrowRight')
    await page.locator('tr[aria-level="3"]', { hasText: 'note' }).waitFor()
    await picture(page, 'view-classes')
    await first.locator('a').focus()
    await page.keyboard.press('ArrowLeft')
    await page.locator('tr[aria-level="3"]').first().waitFor({ state: 'detached' })
  })

  await t.test('a variable is found by its name, and the object says what holds it', async () => {
    await page.getByPlaceholder('name, text, or @id').fill('leakedSessions')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('heading', { name: '“leakedSessions”' }).waitFor()
    await page.locator('tbody a').first().click()
    await page.locator('.object h2', { hasText: 'Array' }).waitFor()
    await page.locator('.way li', { hasText: 'leakedSessions' }).first().waitFor()
    await page.getByRole('region', { name: 'What points to it' }).locator('tbody tr', { hasText: 'leakedSessions' }).first().waitFor()
    await page.getByRole('region', { name: 'What would go with it' }).locator('tbody tr', { hasText: 'Session' }).first().waitFor()
    await page.getByRole('region', { name: 'What it points to' }).locator('tbody tr', { hasText: '[15]' }).waitFor()
    await picture(page, 'view-object')
    await page.locator('#treemap button').first().click()
    await page.locator('#tree-path button[aria-current]', { hasText: 'Session' }).waitFor()
  })

  await t.test('by id; a wrong one is told', async () => {
    const id = await page.locator('.object h2 .id').innerText()
    await page.getByPlaceholder('name, text, or @id').fill('@4294967295')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('there is no such object').waitFor()
    await page.goBack()
    await page.locator('.object h2', { hasText: id.trim() }).waitFor()
    complaints.splice(0) // the 404 that it was meant to get
  })

  await t.test('texts of the heap are texts', async () => {
    await page.getByPlaceholder('name, text, or @id').fill('<img src=x')
    await page.getByLabel('Among').selectOption('strings')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.locator('.text-value', { hasText: '<img src=x' }).first().waitFor()
    assert.equal(await page.locator('main img').count(), 0)
  })

  await t.test('dominators and containment begin at the roots', async () => {
    await tab('Dominators').click()
    await page.getByRole('region', { name: 'object' }).locator('tbody tr').first().waitFor()
    await tab('Containment').click()
    await page.locator('tbody tr', { hasText: '(GC roots)' }).first().waitFor()
  })

  await t.test('what came between the two files', async () => {
    await tab('Compare').click()
    await page.getByText('8,000').first().waitFor()
    assert.match(await page.locator('table').first().innerText(), /leakedSessions/)
    await picture(page, 'view-compare')
  })

  await t.test('while a file is read, its classes are there already', async () => {
    let read = false
    await page.route('**/heaps', async (route) => {
      const response = await route.fetch()
      const { heaps } = await response.json()
      await route.fulfill({ response, json: { heaps: read ? heaps : heaps.map((about) => ({ ...about, state: 'reading', stage: 'dominators', bytes: 1, total: 1 })) } })
    })
    await page.reload()
    await page.locator('#outline tbody tr', { hasText: 'Session' }).waitFor()
    await page.getByText('finding who holds what').waitFor()
    await picture(page, 'view-outline')
    read = true
    await page.locator('#outline').waitFor({ state: 'detached' })
    await page.getByText('8,000').first().waitFor()
    await page.unroute('**/heaps')
  })

  await t.test('on a phone, and in the dark, nothing is cut off, and every button has a name', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.setViewportSize({ width: 390, height: 844 })
    for (const name of ['Summary', 'Classes', 'Compare']) {
      await tab(name).click()
      await page.locator('table').first().waitFor({ state: 'attached' })
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, name)
      const nameless = await page.locator('button, select, input').evaluateAll((nodes) => nodes.filter((node) => node.offsetParent && !(node.getAttribute('aria-label') ?? node.labels?.[0]?.textContent ?? node.textContent).trim()).length)
      assert.equal(nameless, 0, name)
    }
    await picture(page, 'view-phone', { fullPage: true })
  })

  assert.deepEqual(complaints, [])
})

test('all of the page is small, and nothing is from elsewhere', () => {
  const folder = join(__dirname, '..', 'lib', 'view', 'page')
  const { ASSETS } = require('../lib/view/routes.js')
  for (const path of ASSETS.values()) assert.ok(fs.existsSync(path), path)
  const own = fs.readdirSync(folder)
  for (const name of own) {
    assert.ok(name === 'index.html' || ASSETS.has(name), name)
    const text = fs.readFileSync(join(folder, name), 'utf8')
    assert.ok(!/https?:\/\//.test(text), name)
    assert.ok(!/innerHTML|insertAdjacentHTML|\beval\(|style="|onclick="/.test(text), name)
  }
})
