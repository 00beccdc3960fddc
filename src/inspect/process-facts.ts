import { readProc } from './proc-text.js'

/** What can be said of a process. Its own words about itself, to be cleaned before a terminal sees them. */
export interface ProcessFacts {
  readonly pid: number
  readonly command: string
  /** Has koffi loaded, as every ringway has. */
  readonly hasKoffi: boolean
}

const koffiMapped = /\/koffi\.node$/m
/** Programs whose first argument says more than their own name. */
const interpreters = /^(?:node|nodejs|bun|python[\d.]*|ruby|perl|java|sh|bash)$/

/** @param maps the text of `/proc/PID/maps` */
export function processFacts(procFolder: string, pid: number, maps: string): ProcessFacts {
  return { pid, command: commandOf(procFolder, pid), hasKoffi: koffiMapped.test(maps) }
}

/** The program, and of an interpreter its script: folders left out, because columns are few. */
function commandOf(procFolder: string, pid: number): string {
  const [program = '', ...rest] = (readProc(`${procFolder}/${pid}/cmdline`, 'utf8') ?? '').split('\0')
  const name = baseName(program)
  if (name === '') return (readProc(`${procFolder}/${pid}/comm`, 'utf8') ?? '?').trimEnd()
  const script = interpreters.test(name) ? rest.find((word) => word !== '' && !word.startsWith('-')) : undefined
  return script === undefined ? name : `${name} ${baseName(script)}`
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
