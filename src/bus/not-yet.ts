/** What an attempt answers when it has to be made again later. Not `undefined`: that is how a stream ends. */
export const notYet: unique symbol = Symbol('not yet')
export type NotYet = typeof notYet

/** Tries once, without waiting. Throws when it can never succeed again. */
export type Attempt<T> = () => T | NotYet
