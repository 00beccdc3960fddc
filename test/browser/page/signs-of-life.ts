/** What a page does beside its messages. */
export interface Signs {
  /** Times that a timer fired which sets itself again at once. */
  readonly timers: number
  /** Frames drawn. */
  readonly frames: number
}

/** Counts them from now on. */
export function signsOfLife(): { stop(): Signs } {
  let timers = 0
  let frames = 0
  let stopped = false
  const tick = () => {
    timers += 1
    if (!stopped) setTimeout(tick)
  }
  const draw = () => {
    frames += 1
    if (!stopped) requestAnimationFrame(draw)
  }
  setTimeout(tick)
  requestAnimationFrame(draw)
  return {
    stop() {
      stopped = true
      return { timers, frames }
    },
  }
}
