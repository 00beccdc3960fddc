import { createRequire } from 'node:module'

/** The package's version, from its own manifest: found by name, because bundles lie elsewhere than sources. */
export function packageVersion(): string {
  const manifest = createRequire(import.meta.url)('ringway/package.json') as { version: string }
  return manifest.version
}
