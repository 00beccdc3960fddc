#!/usr/bin/env node
import { exitCodeOf, exitCodes } from './exit-codes.js'
import { failureLine } from './failure-line.js'
import { abortOnStopSignals } from './interruption.js'
import { createProgram } from './program.js'

async function run(signal: AbortSignal): Promise<number> {
  try {
    await createProgram(signal).parseAsync()
    await printed()
    return exitCodes.ok
  } catch (error) {
    const line = failureLine(error)
    if (line !== undefined) process.stderr.write(line)
    const code = exitCodeOf(error)
    // Who stops the program does not wait for a reader that may have stalled.
    if (!signal.aborted) await printed()
    return code
  }
}

/** Resolves when stdout and stderr have taken everything: the process must not end before, and pipes take their time. */
async function printed(): Promise<void> {
  const streams = [process.stdout, process.stderr]
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('', resolve))))
}

// Whoever writes sees its own failures; these are for what commander prints, to a reader who has left.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// Ends although something may still be open, such as a terminal on stdin.
process.exit(await run(abortOnStopSignals()))
