/** What is wrong with the nesting of a picture's elements and with its texts, in words: enough for what one program writes. */
export function nestingFaults(svg: string): string[] {
  const open: string[] = []
  const faults: string[] = []
  let rest = svg
  for (const [tag, slash, name = '', closed] of svg.matchAll(/<(\/?)([a-zA-Z]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/g)) {
    rest = rest.replace(tag, '')
    if (slash === '/') {
      const last = open.pop()
      if (last !== name) faults.push(`</${name}> ends <${last}>`)
    } else if (closed !== '/') open.push(name)
  }
  if (open.length > 0) faults.push(`<${open.join('>, <')}> do not end`)
  if (/[<>]/.test(rest)) faults.push(`no element: ${/.{0,20}[<>].{0,40}/.exec(rest)?.[0]}`)
  const bare = /&(?!(?:amp|lt|gt|quot|#39|#x27);).{0,20}/.exec(svg)
  if (bare !== null) faults.push(`no entity: ${bare[0]}`)
  return faults
}
