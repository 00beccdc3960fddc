/** This machine lacks what a test is about: said instead of a result. */
export class Absent extends Error {
  override readonly name = 'Absent'
}
