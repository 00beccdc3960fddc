import { maxPathBytes } from '../../transport/socket-path.js'
import { type Finding, fine, problem, warning } from './finding.js'
import type { Machine } from './machine.js'
import { failureOf } from './trials.js'

/** A folder of its own and a name, as tests and tools make them. */
const usualNameBytes = 30

export function socketPathCheck({ temporaryFolder }: Machine): Finding {
  const folderBytes = Buffer.byteLength(temporaryFolder)
  const left = maxPathBytes - folderBytes - 1
  const found = `a socket's path has ${maxPathBytes} bytes, and ${temporaryFolder} leaves ${Math.max(0, left)} of them`
  if (left >= usualNameBytes) return fine('socket-path', found)
  const advice = {
    why: 'a longer path cannot be listened on: ERR_RINGWAY_PATH_TOO_LONG',
    remedy: 'export TMPDIR=/tmp, or use a short path such as /run/user/$UID/app.sock',
  }
  return left < 1 ? problem('socket-path', found, advice) : warning('socket-path', found, advice)
}

/** Tried: a socket in the folder for temporary files, a connection, and a lock. */
export function socketCheck({ temporaryFolder, trials }: Machine): Finding {
  let pidfd = false
  const failure = failureOf(() => {
    pidfd = trials.connectIn(temporaryFolder)
  })
  if (failure !== undefined) {
    return problem('sockets', `no connection through a socket in ${temporaryFolder}: ${failure}`, {
      why: 'peers find each other through a Unix socket',
      remedy: 'a folder of your own on a local file system: export TMPDIR=/run/user/$UID',
    })
  }
  if (pidfd) return fine('sockets', `sockets in ${temporaryFolder} connect, and SO_PEERPIDFD tells the peer's process`)
  return fine(
    'sockets',
    `sockets in ${temporaryFolder} connect; no SO_PEERPIDFD (before 6.5), so peers are held by number`,
  )
}

const listedAtMost = 3

export async function leftoversCheck({ temporaryFolder, trials }: Machine): Promise<Finding> {
  const left: string[] = []
  for (const folder of new Set([temporaryFolder, '/dev/shm'])) {
    try {
      left.push(...(await trials.leftovers(folder)))
    } catch {
      // A folder that is not there, or not for us, has nothing of ours in it.
    }
  }
  if (left.length === 0) return fine('leftovers', 'dead processes left nothing behind')
  const others = left.length > listedAtMost ? ` and ${left.length - listedAtMost} more` : ''
  return warning('leftovers', `dead processes left ${left.slice(0, listedAtMost).join(', ')}${others}`, {
    why: 'a dead socket makes programs that look for a file believe that somebody listens; dead bridges keep their memory',
    remedy: 'ringway clean --remove',
  })
}
