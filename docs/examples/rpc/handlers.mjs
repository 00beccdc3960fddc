// handlers.mjs
export const add = ({ a, b }) => a + b

export async function* countdown(from) {
  for (let left = from; left > 0; left--) yield left
}
