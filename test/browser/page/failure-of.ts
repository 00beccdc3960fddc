import { RingwayError } from 'ringway/threads'

/** How something failed; what is no error of the library goes on. */
export async function failureOf(action: () => unknown): Promise<{ code: string; message: string } | undefined> {
  try {
    await action()
  } catch (error) {
    if (!(error instanceof RingwayError)) throw error
    return { code: error.code, message: error.message }
  }
  return undefined
}
