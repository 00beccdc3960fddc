import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { ErrorCode, RingwayError } from '../errors.js'

/**
 * Opens what `--file` names. Only what can be read without waiting: a read that waits for somebody else to write occupies
 * one of Node's threads, and the process could not end before it does.
 * @throws `ERR_RINGWAY_SYSTEM`, `ERR_RINGWAY_INVALID_ARGUMENT`
 */
export async function openInputFile(path: string): Promise<FileHandle> {
  // Without O_NONBLOCK a named pipe would not even open before somebody writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: Error) => {
    throw new RingwayError(ErrorCode.system, `--file ${path} cannot be opened: ${cause.message}`, { cause })
  })
  try {
    const stats = await file.stat()
    if (stats.isFile() || stats.isBlockDevice()) return file
    const message = stats.isDirectory()
      ? `--file takes a file, and ${path} is a folder`
      : `--file takes a file, and ${path} is a pipe or a device: send it with --file - < ${path}`
    throw new RingwayError(ErrorCode.invalidArgument, message)
  } catch (error) {
    await file.close()
    throw error
  }
}
