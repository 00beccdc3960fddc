import type { CallContent } from './call-content.js'
import { codeOf } from './codes.js'
import { type Ledger, mostCalls } from './ledger.js'
import { exitIfOrphaned } from './orphan.js'

/** What became of each call of a caller. */
export class CallBook {
  readonly ledger: Ledger
  readonly content: CallContent
  readonly #settled = new Uint8Array(mostCalls)
  readonly codes = new Set<string>()
  begun = 0
  replied = 0
  failed = 0
  /** Replies that are not those to the call. */
  wrong = 0
  settledTwice = 0
  /** When the first call learnt of the end. */
  noticedNs: bigint | undefined

  constructor(content: CallContent, ledger: Ledger) {
    this.content = content
    this.ledger = ledger
  }

  /** The next call's number. */
  begin(): number {
    const index = this.begun++
    exitIfOrphaned(index)
    this.ledger.begin(index)
    return index
  }

  sent(index: number): void {
    this.ledger.write('completed', Math.max(this.ledger.read('completed'), index + 1))
  }

  reply(index: number, bytes: Uint8Array): void {
    this.#settle(index)
    this.sent(index)
    if (this.content.isReplyTo(index, bytes)) this.ledger.write('delivered', ++this.replied)
    else this.ledger.write('torn', ++this.wrong)
  }

  fail(index: number, error: unknown): void {
    this.noticedNs ??= process.hrtime.bigint()
    this.#settle(index)
    this.failed++
    this.codes.add(codeOf(error))
  }

  #settle(index: number): void {
    if (this.#settled[index] !== 0) this.ledger.write('duplicated', ++this.settledTwice)
    this.#settled[index] = 1
  }
}
