'use strict'
// What others do to tell a leak from a series of heaps: to compare with.

/** memwatch-next: five collections in a row after each of which the heap is larger than before; once said, it stays said. */
function memwatch(samples) {
  let run = 0
  let leak = false
  for (let at = 1; at < samples.length; at++) {
    run = samples[at].heapUsed > samples[at - 1].heapUsed ? run + 1 : 0
    if (run === 5) {
      leak = true
      run = 0
    }
  }
  return leak
}

/** Least squares: a slope that is positive with p < 0.01 by a t-test, and makes more than 5 % of the mean. From 8 readings on. */
function leastSquares(samples) {
  const n = samples.length
  if (n < 8) return false
  const mean = (field) => samples.reduce((sum, sample) => sum + sample[field], 0) / n
  const [time, heap] = [mean('time'), mean('heapUsed')]
  let [xx, xy, yy] = [0, 0, 0]
  for (const sample of samples) {
    const [x, y] = [sample.time - time, sample.heapUsed - heap]
    xx += x * x
    xy += x * y
    yy += y * y
  }
  const slope = xy / xx
  const error = Math.sqrt(Math.max(0, yy - slope * xy) / (n - 2) / xx)
  const growth = (slope * (samples[n - 1].time - samples[0].time)) / heap
  return slope > 0 && growth > 0.05 && slope / error > critical(n - 2)
}

/** Student's t for p = 0.01, two-sided: Cornish and Fisher's expansion about the normal distribution, within 1 % from 6 degrees on. */
function critical(freedom) {
  const z = 2.5758
  const first = (z ** 3 + z) / (4 * freedom)
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2)
  return z + first + second + (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
}

module.exports = { memwatch, leastSquares }
