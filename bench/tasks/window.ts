const mostMessages = 4096
const mostBytes = 4 << 20
const leastMessages = 4

/** How many messages may be under way, and after how many the receiver says so. */
export interface Window {
  readonly messages: number
  readonly messagesPerCredit: number
}

/**
 * Some channels do not push back in time, or not at all, so that their receiver does, as a careful program would: no more
 * than these messages are under way.
 */
export function windowOf(sizeBytes: number): Window {
  const messages = Math.max(leastMessages, Math.min(mostMessages, Math.floor(mostBytes / sizeBytes)))
  return { messages, messagesPerCredit: messages / leastMessages }
}

/** Credits that a receiver of so many messages sends: none for the last message, for which nobody waits. */
export function creditsFor(count: number, { messagesPerCredit }: Window): number {
  return Math.floor((count - 1) / messagesPerCredit)
}
