'use strict'

const test = require('node:test')
const assert = require('node:assert/strict')
const fs = require('node:fs')
const { dirname, join } = require('node:path')
const { node, root } = require('./support/child.js')
const { folderFor } = require('./support/folder.js')
const { leakySnapshot } = require('./support/snapshot.js')

const readme = fs.readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/```js\n([^]*?)```/g)].map(([, source]) => source)
const taken = leakySnapshot(test)

test('the README has programs', () => assert.ok(blocks.length >= 3))

// As a user has them: in a folder of their own, with the package installed.
for (const [index, source] of blocks.entries()) {
  test(`program ${index + 1} of the README runs`, async (t) => {
    const cwd = folderFor(t)
    fs.mkdirSync(join(cwd, 'node_modules'))
    fs.symlinkSync(root, join(cwd, 'node_modules', 'leakguard'), 'junction')
    fs.copyFileSync((await taken).path, join(cwd, 'a.heapsnapshot'))
    fs.writeFileSync(join(cwd, 'package.json'), '{}')
    const file = join(cwd, 'program.mjs')
    fs.writeFileSync(file, source)
    const { code, stdout, stderr } = await node([file], { cwd })
    assert.equal(code, 0, stderr)
    assert.notEqual(stdout, '')
  })
}

test('the result that the README shows is where the example has it', () => {
  const [, line, column] = /examples\/memory-leak\.js:(\d+):(\d+)\n/.exec(readme)
  const example = fs.readFileSync(join(root, 'examples', 'memory-leak.js'), 'utf8').split('\n')
  assert.ok(example[line - 1].slice(column - 1).startsWith('leakedArray = []'))
})

test('the README names every error code, and index.d.ts too', () => {
  const codes = new Set()
  const search = (path) => {
    if (fs.statSync(path).isDirectory()) return fs.readdirSync(path).forEach((name) => search(join(path, name)))
    for (const [code] of fs.readFileSync(path, 'utf8').matchAll(/ERR_LEAKGUARD_[A-Z_]+/g)) codes.add(code)
  }
  for (const path of ['lib', 'src', 'crates/core/src']) search(join(root, path))
  const types = fs.readFileSync(join(root, 'index.d.ts'), 'utf8')
  assert.ok(codes.size >= 7)
  for (const code of codes) assert.ok(readme.includes(`\`${code}\``) && types.includes(`'${code}'`), code)
})

test('links of the documents lead somewhere', () => {
  const docs = fs.readdirSync(join(root, 'docs'), { recursive: true }).filter((name) => name.endsWith('.md')).map((name) => join('docs', name))
  for (const document of ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...docs]) {
    for (const [, target, anchor] of fs.readFileSync(join(root, document), 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)) {
      const path = target === '' ? join(root, document) : join(root, dirname(document), target)
      assert.ok(fs.existsSync(path), `${document}: ${target}`)
      if (anchor !== undefined) assert.ok(anchorsOf(path).has(anchor), `${document}: ${target}#${anchor}`)
    }
  }
})

/** What a link into a document can name: its headings, as GitHub writes them, and its named anchors. */
function anchorsOf(path) {
  const text = fs.readFileSync(path, 'utf8')
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'))
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id)])
}

test('the API reference has a page for each module', () => {
  const index = fs.readFileSync(join(root, 'docs', 'api', 'README.md'), 'utf8')
  const { exports } = JSON.parse(fs.readFileSync(join(root, 'package.json'), 'utf8'))
  const modules = Object.keys(exports).filter((name) => name !== './package.json').map((name) => (name === '.' ? 'index' : name.slice(2)))
  for (const name of modules) assert.ok(index.includes(`[${name}](${name}.md)`), name)
})
