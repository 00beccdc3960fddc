import { bundleChildren } from '../../esbuild.config.mjs'

/** Run once before the tests that start programs of their own: those run from bundles, on whichever Node the test picks. */
export default bundleChildren
