import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * Files under `/proc` are there one moment and gone the next, and some are not for us to read: both are undefined.
 * @param encoding latin1 keeps every byte
 */
export function readProc(path: string, encoding: 'utf8' | 'latin1' = 'latin1'): string | undefined {
  try {
    return readFileSync(path, encoding)
  } catch {
    return undefined
  }
}

export function readProcLink(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

export function listProc(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}
