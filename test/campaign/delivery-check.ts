import type { Content } from './content.js'
import type { Ledger } from './ledger.js'

const farthestAhead = 1_000_000

/**
 * Holds what one consumer is handed against what there is: every message once, in order, whole. Writes each finding down
 * at once, so that it is known although this process may be killed next.
 */
export class DeliveryCheck {
  readonly #content: Content
  readonly #ledger: Ledger
  /** The number that comes next when nothing is wrong. */
  #next = 0
  #delivered = 0
  #duplicated = 0
  #reordered = 0
  #torn = 0
  /** Numbers that were passed over. */
  readonly #missing = new Set<number>()

  constructor(content: Content, ledger: Ledger) {
    this.#content = content
    this.#ledger = ledger
  }

  get delivered(): number {
    return this.#delivered
  }

  /** @param bytes hold the message from `start` on */
  take(bytes: Uint8Array, start: number, size: number, typeId: number): void {
    const content = this.#content
    const index = content.identify(typeId, bytes, start, size, this.#next)
    let believable = true
    if (index === this.#next) this.#next++
    else believable = this.#takeOutOfTurn(index)
    const whole = believable && size === content.sizeOf(index) && typeId === content.typeOf(index)
    if (!whole || !content.equals(index, bytes, start)) this.#ledger.write('torn', ++this.#torn)
    this.#ledger.write('delivered', ++this.#delivered)
  }

  /** @returns false when the number itself is torn: no producer is that far ahead */
  #takeOutOfTurn(index: number): boolean {
    const ahead = index - this.#next
    if (this.#missing.delete(index)) this.#ledger.write('reordered', ++this.#reordered)
    else if (ahead < 0) this.#ledger.write('duplicated', ++this.#duplicated)
    else if (ahead > farthestAhead) this.#missing.add(this.#next++)
    else this.#passOver(index)
    this.#ledger.write('missing', this.#missing.size)
    return ahead <= farthestAhead
  }

  #passOver(index: number): void {
    while (this.#next < index) this.#missing.add(this.#next++)
    this.#next++
  }
}
