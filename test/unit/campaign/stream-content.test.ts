import { describe, expect, it } from 'vitest'
import { DeliveryCheck } from '../../campaign/delivery-check.js'
import { Ledger, ledgerBytes } from '../../campaign/ledger.js'
import { StreamContent } from '../../campaign/stream-content.js'

/** What is found in a foreign producer's messages, which do not say their number. */
function findings(...indices: number[]) {
  const content = new StreamContent(3, '100-300')
  const ledger = new Ledger(new ArrayBuffer(ledgerBytes))
  const check = new DeliveryCheck(content, ledger)
  for (const index of indices) {
    check.take(content.payload(index), 0, content.sizeOf(index), content.typeOf(index))
  }
  return ledger.copy()
}

describe('StreamContent', () => {
  it('knows each message by its content', () => {
    const right = { duplicated: 0, reordered: 0, torn: 0, missing: 0 }
    expect(findings(0, 1, 2, 3)).toMatchObject({ ...right, delivered: 4 })
    expect(findings(0, 1, 1, 2)).toMatchObject({ ...right, duplicated: 1 })
    expect(findings(0, 2, 1, 3)).toMatchObject({ ...right, reordered: 1 })
    expect(findings(0, 2, 3)).toMatchObject({ ...right, missing: 1 })
  })

  it('takes a message that is none of its own for the one that belongs there, torn', () => {
    expect(findings(0, 1, 5000, 3)).toMatchObject({ torn: 1, missing: 0, duplicated: 0 })
  })
})
