import { fileURLToPath } from 'node:url'

/** Where the project is, with a slash at the end. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))
