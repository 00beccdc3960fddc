import { expect, it } from 'vitest'
import { within } from '../../../bench/report/deadline.js'

it('what ends in time gives its value', async () => {
  await expect(within(60_000, 'stream', Promise.resolve(7))).resolves.toBe(7)
})

it('what fails gives its own error', async () => {
  await expect(within(60_000, 'stream', Promise.reject(new Error('not message 3')))).rejects.toThrow('not message 3')
})

it('what never ends is named', async () => {
  const never = new Promise(() => undefined)
  await expect(within(10, 'stream of net', never)).rejects.toThrow('stream of net did not end in 0.01 s')
})
