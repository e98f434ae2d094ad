'use strict'

/**
 * The classes of a census by name: `{ name, count, shallowSize, location }`, the place where its constructor is written, if a path that the census kept tells it.
 */
function classesOf({ strings, places, paths, classes }) {
  const placed = new Map()
  paths.place.forEach((place, at) => {
    if (place > 0) placed.set(paths.name[at], places[place - 1])
  })
  return new Map(
    classes.name.map((name, at) => {
      const [file, line, column] = placed.get(name) ?? []
      const location = file === undefined ? undefined : { file: strings[file], line, column }
      return [strings[name], { name: strings[name], count: classes.count[at], shallowSize: classes.shallow[at], location }]
    }),
  )
}

module.exports = { classesOf }
