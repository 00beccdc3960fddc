import { join } from 'node:path'

/** Where foreign peers are compiled and installed; ignored by git. */
export const peersFolder = join(import.meta.dirname, '..', '..', '.peers')
