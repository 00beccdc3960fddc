/** Holds the lock on a directory until it is killed. */
import { lockDirectory } from '../../../../ffi/index.js'

const lock = lockDirectory(process.argv[2] ?? '')
console.log(lock === undefined ? 'refused' : 'held')
setInterval(() => lock?.fd, 1000)
