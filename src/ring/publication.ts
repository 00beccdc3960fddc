/** Either side makes its position visible at this many records at the latest, whatever else would let it wait. */
export const RECORDS_PER_PUBLICATION = 32
