import { closeSync, openSync, readSync } from 'node:fs'

/**
 * Of an ELF file of 64 bits, little-endian: only what it takes to find the machine code of a function by its name.
 *
 * ```
 *  header   0        40       58    60            section  0     4        16       24       32       40     64
 *           +--- … --+--------+-- … +------+ …             +-----+---- … -+--------+--------+--------+-- … -+
 *           |        |sections|     |size  | count         |name |        |address |offset  |size    | link |
 *           +--- … --+--------+-- … +------+ …             +-----+---- … -+--------+--------+--------+-- … -+
 * ```
 */
const elf = { sectionsOffset: 40, sectionBytesOffset: 58, sectionCountOffset: 60, headerBytes: 64 } as const
const section = { typeOffset: 4, addressOffset: 16, offsetOffset: 24, sizeOffset: 32, linkOffset: 40 } as const
const symbol = { nameOffset: 0, valueOffset: 8, sizeOffset: 16, bytes: 24 } as const
const symbolTable = 2
const codeAndData = 1

interface Section {
  readonly type: number
  readonly address: number
  readonly offset: number
  readonly size: number
  readonly link: number
}

class ElfFile implements Disposable {
  readonly #fd: number
  readonly sections: readonly Section[]

  constructor(path: string) {
    this.#fd = openSync(path, 'r')
    const header = this.read(0, elf.headerBytes)
    const at = Number(header.readBigUInt64LE(elf.sectionsOffset))
    const bytes = header.readUInt16LE(elf.sectionBytesOffset)
    const count = header.readUInt16LE(elf.sectionCountOffset)
    const table = this.read(at, bytes * count)
    this.sections = Array.from({ length: count }, (_, index) => sectionAt(table, index * bytes))
  }

  read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    for (let got = 0; got < length; ) {
      const more = readSync(this.#fd, bytes, got, length - got, offset + got)
      if (more === 0) throw new Error(`the file ends before ${offset + length}`)
      got += more
    }
    return bytes
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}

function sectionAt(table: Buffer, at: number): Section {
  const long = (offset: number): number => Number(table.readBigUInt64LE(at + offset))
  return {
    type: table.readUInt32LE(at + section.typeOffset),
    address: long(section.addressOffset),
    offset: long(section.offsetOffset),
    size: long(section.sizeOffset),
    link: table.readUInt32LE(at + section.linkOffset),
  }
}

/** @returns the machine code of each of these functions that the file names; none when it was stripped of names */
export function codeOf(path: string, names: readonly string[]): Map<string, Buffer> {
  using file = new ElfFile(path)
  const found = new Map<string, Buffer>()
  for (const { offset, size, link } of file.sections.filter(({ type }) => type === symbolTable)) {
    const { offset: namesAt, size: namesSize } = file.sections[link] as Section
    const symbols = file.read(offset, size)
    const strings = file.read(namesAt, namesSize)
    const offsets = new Map(names.map((name) => [strings.indexOf(`\0${name}\0`) + 1, name]))
    // Where a name is not found, this offset is that of no name at all, which many symbols have.
    offsets.delete(0)
    for (let at = 0; at < size; at += symbol.bytes) {
      const name = offsets.get(symbols.readUInt32LE(at + symbol.nameOffset))
      if (name === undefined) continue
      const address = Number(symbols.readBigUInt64LE(at + symbol.valueOffset))
      const length = Number(symbols.readBigUInt64LE(at + symbol.sizeOffset))
      const holder = file.sections.find(
        (each) => each.type === codeAndData && each.address <= address && address < each.address + each.size,
      )
      if (holder !== undefined) found.set(name, file.read(holder.offset + address - holder.address, length))
    }
  }
  return found
}
