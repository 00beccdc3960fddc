/** A program that plays one side of an interop test. Its command line is the one that `stand-in/options.c` prints. */
export interface PeerProgram {
  readonly name: string
  readonly file: string
  readonly arguments: readonly string[]
}

/** A foreign peer, or what to install to have it. */
export type AvailablePeer = { readonly program: PeerProgram } | { readonly missing: string }
