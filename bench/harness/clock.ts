/** Nanoseconds on a clock that all processes of a machine share. */
export function sharedClockNs(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e9 + nanoseconds
}

/** What one reading of the clock costs that round trips are timed with: part of every single one. */
export function clockCostNs(): number {
  const readings = 200_000
  let last = 0
  const began = performance.now()
  for (let i = 0; i < readings; i++) last = performance.now()
  return ((last - began) * 1e6) / readings
}
