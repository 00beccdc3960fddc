// Installs node_modules when they are missing or not what package-lock.json asks for. Runs before anything is installed,
// so it imports nothing but Node. Everything it prints goes to stderr: the command that follows owns stdout.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const oldest = { major: 20, minor: 19 }

/**
 * @typedef {{ version?: string, optional?: boolean, dev?: boolean, peer?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lockfile
 */

/** @param {string} path relative to the project's root */
function readJson(path) {
  return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8'))
}

/**
 * Compared by content, not by time stamp: a checkout or a copy changes stamps without changing what is needed.
 * @returns {boolean}
 */
function isInstalled() {
  try {
    const wanted = /** @type {Lockfile} */ (readJson('package-lock.json')).packages
    const present = /** @type {Lockfile} */ (readJson('node_modules/.package-lock.json')).packages
    return Object.entries(wanted).every(([path, { version, optional }]) => {
      if (path === '') return true
      // Binaries for other systems are in the lockfile and never in node_modules.
      if (present[path] === undefined) return optional === true
      return present[path].version === version
    })
  } catch {
    return false
  }
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < oldest.major || (major === oldest.major && minor < oldest.minor)) {
  process.stderr.write(
    `ringway needs Node.js ${oldest.major}.${oldest.minor} or newer; this is ${process.versions.node}\n`,
  )
  process.exit(1)
}

if (!isInstalled()) {
  process.stderr.write('Installing the packages that the project is built with …\n')
  const root = new URL('..', import.meta.url)
  const { status, error } = spawnSync('npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'], {
    cwd: root,
    // npm's own report belongs on stderr here.
    stdio: ['ignore', 2, 2],
  })
  if (error) process.stderr.write(`npm ci could not be started: ${error.message}\n`)
  process.exit(status ?? 1)
}
