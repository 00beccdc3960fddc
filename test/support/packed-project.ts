import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

/** An empty project elsewhere on this machine, into which the packed tarball of this one is installed. */
export interface PackedProject extends AsyncDisposable {
  readonly folder: string
  /** Paths in the tarball, sorted. */
  readonly packedFiles: readonly string[]
  write(files: Readonly<Record<string, string>>): Promise<void>
}

interface Place {
  readonly folder: string
  readonly tarballs: string
  readonly contents: string
  readonly cache: string
}

async function packagesBesideKoffi(): Promise<string[]> {
  const names = await readdir(join(root, 'node_modules/@koromix'))
  return names.map((name) => `@koromix/${name}`)
}

/** @returns paths in the tarball */
async function packAndInstall(
  { folder, tarballs, contents, cache }: Place,
  extras: readonly string[],
): Promise<string[]> {
  for (const path of [folder, tarballs, contents]) await mkdir(path)
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const needed = [...Object.keys(dependencies), ...(await packagesBesideKoffi()), ...extras]
  const pack = ['pack', '--silent', '--pack-destination', tarballs]
  await run('npm', [...pack, '.'], { cwd: root })
  const [own = ''] = await readdir(tarballs)
  await run('npm', [...pack, '--ignore-scripts', ...needed.map((name) => `./node_modules/${name}`)], { cwd: root })

  await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
  const paths = (await readdir(tarballs)).map((name) => join(tarballs, name))
  const offline = ['--offline', '--no-audit', '--no-fund', '--cache', cache]
  await run('npm', ['install', ...offline, ...paths], { cwd: folder })

  await run('tar', ['-xzf', join(tarballs, own), '-C', contents])
  const entries = await readdir(join(contents, 'package'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((path) => relative(join(contents, 'package'), path))
}

/**
 * What the tarball depends on is packed from node_modules, and installed from there: the test asks no registry, and the
 * project gets the versions that the lockfile names.
 * @param extras further packages to install, which users of TypeScript have
 */
export async function installPacked(extras: readonly string[] = []): Promise<PackedProject> {
  const place = await mkdtemp(join(tmpdir(), 'ringway-packed-'))
  const remove = () => rm(place, { recursive: true })
  const inside = (name: string) => join(place, name)
  const folder = inside('project')
  const packing = packAndInstall(
    { folder, tarballs: inside('tarballs'), contents: inside('contents'), cache: inside('cache') },
    extras,
  )
  const packedFiles = await packing.catch(async (error: unknown) => {
    await remove()
    throw error
  })
  return {
    folder,
    packedFiles: packedFiles.sort(),
    async write(files) {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    },
    [Symbol.asyncDispose]: remove,
  }
}
