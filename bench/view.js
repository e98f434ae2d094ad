'use strict'
// node view.js [--sizes 100,500,1800] [--dry]
// How long it takes from `leakguard view FILE` to its classes by own size, and to the summary, on the page in a Chromium, then to other views, and what leakguard keeps in memory;
// into docs/performance.md (--dry: to the terminal only). The snapshots are those of run.js, in .cache; LEAKGUARD_CHROMIUM names a browser.

const { spawn } = require('child_process')
const { once } = require('events')
const fs = require('fs')
const os = require('os')
const path = require('path')
const readline = require('readline')
const { parseArgs } = require('util')
const { chromium } = require('playwright-core')
const { cache, warm } = require('./peers')
const { plainTable, replaceTable, time, memory } = require('./table')

const root = path.join(__dirname, '..')
const { values: options } = parseArgs({ options: { sizes: { type: 'string', default: '100,500,1800' }, dry: { type: 'boolean' } } })
const seconds = (since) => (performance.now() - since) / 1000

async function measured(context, file) {
  await warm(file)
  const page = await context.newPage()
  page.setDefaultTimeout(600_000)
  const began = performance.now()
  const child = spawn(process.execPath, [path.join(root, 'bin/leakguard.js'), 'view', '--no-open', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [url] = await once(readline.createInterface({ input: child.stdout }), 'line')
  await page.goto(url)
  await page.locator('#outline tbody tr, #treemap button').first().waitFor()
  const first = seconds(began)
  await page.locator('#treemap button').first().waitFor()
  const summary = seconds(began)
  const step = async (action, shown) => {
    const since = performance.now()
    await action()
    await shown.first().waitFor()
    return seconds(since)
  }
  const rows = page.locator('tbody tr')
  const tab = (name) => page.locator('.tabs a', { hasText: name }).click()
  const classes = await step(() => tab('Classes'), rows)
  await page.fill('#text', 'session')
  await page.selectOption('#among', 'objects')
  const search = await step(() => page.keyboard.press('Tab').then(() => page.locator('#search button').click()), page.locator('tbody .id'))
  const object = await step(() => page.locator('tbody a').first().click(), page.locator('.way li'))
  const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')
  const kept = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024
  child.kill('SIGINT')
  await once(child, 'exit')
  await page.close()
  return [`${Math.round(fs.statSync(file).size / 1e6)} MB`, time(first), time(summary), time(classes), time(search), time(object), memory(kept)]
}

async function main() {
  const executablePath = process.env.LEAKGUARD_CHROMIUM ?? '/usr/bin/chromium'
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'leakguard-bench-'))
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const rows = []
    for (const size of options.sizes.split(',')) rows.push(await measured(context, path.join(cache, `${size}-${process.version}.heapsnapshot`)))
    const table = plainTable(['file', 'from the command to the first screen', 'to the summary', 'classes', 'search', 'an object, with its way from the roots', 'memory kept'], rows)
    console.log(table)
    if (!options.dry) replaceTable(path.join(root, 'docs/performance.md'), 'view', table)
  } finally {
    await context.close()
    fs.rmSync(profile, { recursive: true, force: true })
  }
}

main()
