/*
 * Shared memory as two processors see it: src/ring/atomics.ts, instruction by instruction.
 *
 *     processor 0 (producer)                processor 1 (consumer)
 *       stores   ▲ loads                      stores   ▲ loads
 *          ▼     │ (own stores first)            ▼     │
 *     [ store buffer ]                      [ store buffer ]
 *          └──────────────►  memory  ◄───────────┘        a buffered store becomes visible whenever it likes
 *
 *                   x64 (TSO)                                 arm64 (-DWEAK)
 * plain store       into the buffer, first in, first out      into the buffer; leaves it in any order
 * Atomics.store     xchg: waits for the buffer to be empty    stlr: into the buffer; leaves it after all before it
 * plain load        memory, or the newest own buffered store  the same; or a word read early (see `readEarly`)
 * Atomics.load      the same                                  ldar: not before an own stlr has left; ends early reads
 * compareExchange   lock cmpxchg: the buffer is empty         casal: the buffer is empty
 *
 * A macro that is one shared access is one step; nothing is computed between accesses that another process could see.
 */
/* What the runner makes a trace of. */
#define TELL printf

#define HEAD 0
#define TAIL 1
#define CONSUMER_WORD 2
#define PRODUCER_WORD 3
#define STATE 4
/* A slot is a header word and a payload word, each stored and loaded by itself. */
#define HEADER(index) (5 + (index))
#define PAYLOAD(index) (5 + CAPACITY + (index))
#define WORDS (5 + 2 * CAPACITY)

/* Stores that fit into a buffer; one more waits. The longest record, a skip marker and the head are 5. */
#ifndef BUFFER
#ifdef WEAK
#define BUFFER 5
#else
#define BUFFER 8
#endif
#endif

byte memory[WORDS];
byte bufferedWord[2 * BUFFER];
byte bufferedValue[2 * BUFFER];
#ifdef WEAK
bit bufferedRelease[2 * BUFFER];
#endif
byte buffered[2];
byte scan;

#define DRAINED(p) (buffered[p] == 0)

/* Deterministic, inside a step: what processor p sees at `word`. */
inline see(p, word, value) {
  value = memory[word];
  scan = 0;
  do
  :: scan < buffered[p] ->
    if
    :: bufferedWord[(p) * BUFFER + scan] == word -> value = bufferedValue[(p) * BUFFER + scan]
    :: else
    fi;
    scan++
  :: else -> break
  od;
  scan = 0
}

inline buffer(p, word, value, release) {
  bufferedWord[(p) * BUFFER + buffered[p]] = word;
  bufferedValue[(p) * BUFFER + buffered[p]] = value;
#ifdef WEAK
  bufferedRelease[(p) * BUFFER + buffered[p]] = release;
#endif
  buffered[p]++
}

/* The store at place k of the buffer becomes visible. */
inline leave(p, k) {
  TELL("~ %d shows %d %d\n", p, bufferedWord[(p) * BUFFER + k], bufferedValue[(p) * BUFFER + k]);
  memory[bufferedWord[(p) * BUFFER + k]] = bufferedValue[(p) * BUFFER + k];
  scan = k;
  do
  :: scan + 1 < buffered[p] ->
    bufferedWord[(p) * BUFFER + scan] = bufferedWord[(p) * BUFFER + scan + 1];
    bufferedValue[(p) * BUFFER + scan] = bufferedValue[(p) * BUFFER + scan + 1];
#ifdef WEAK
    bufferedRelease[(p) * BUFFER + scan] = bufferedRelease[(p) * BUFFER + scan + 1];
#endif
    scan++
  :: else -> break
  od;
  bufferedWord[(p) * BUFFER + scan] = 0;
  bufferedValue[(p) * BUFFER + scan] = 0;
#ifdef WEAK
  bufferedRelease[(p) * BUFFER + scan] = 0;
#endif
  buffered[p]--;
  scan = 0
}

inline plainStore(p, word, value) {
  d_step { buffered[p] < BUFFER -> buffer(p, word, value, 0); TELL("~ %d stores %d %d, not visible yet\n", p, word, value) }
}

#ifndef WEAK

inline plainLoad(p, word, value) {
  d_step { see(p, word, value); TELL("~ %d reads %d %d\n", p, word, value) }
}

inline storeRelease(p, word, value) {
  d_step { DRAINED(p) -> memory[word] = value; TELL("~ %d stores %d %d\n", p, word, value) }
}

inline loadAcquire(p, word, value) {
  d_step { see(p, word, value); TELL("~ %d loads %d %d\n", p, word, value) }
}

proctype StoreBuffer(byte p) {
end:
  do
  :: d_step { !DRAINED(p) -> leave(p, 0) }
  od
}

#define LOADS_DONE true

#else

/*
 * Loads that pass loads: one plain load of the consumer may have happened at any time since its last acquiring load.
 * Loads that pass stores: one plain load of a payload may happen later, up to the next releasing store.
 */
bit early;
byte earlyWord, earlyValue;
bit late;
byte lateWord, lateExpected;

#define LOADS_DONE (!late)

/* No own stlr is still on its way: the first one in the buffer can be anywhere. */
#define NO_RELEASE_PENDING(p) (!( \
  (buffered[p] > 0 && bufferedRelease[(p) * BUFFER]) || (buffered[p] > 1 && bufferedRelease[(p) * BUFFER + 1]) || \
  (buffered[p] > 2 && bufferedRelease[(p) * BUFFER + 2]) || (buffered[p] > 3 && bufferedRelease[(p) * BUFFER + 3]) || \
  (buffered[p] > 4 && bufferedRelease[(p) * BUFFER + 4])))

inline storeRelease(p, word, value) {
  d_step { buffered[p] < BUFFER && (LOADS_DONE || (p) != CONSUMER) -> buffer(p, word, value, 1); TELL("~ %d stores %d %d, not visible yet\n", p, word, value) }
}

inline plainLoad(p, word, value) {
  if
  :: d_step { (p) == CONSUMER && early && earlyWord == word -> value = earlyValue; TELL("~ %d reads %d %d, as it was before\n", p, word, value); early = 0; earlyWord = 0; earlyValue = 0 }
  :: d_step { see(p, word, value); if :: (p) == CONSUMER && early && earlyWord == word -> early = 0; earlyWord = 0; earlyValue = 0 :: else fi; TELL("~ %d reads %d %d\n", p, word, value) }
  fi
}

inline loadAcquire(p, word, value) {
  d_step {
    NO_RELEASE_PENDING(p) -> see(p, word, value);
    if :: (p) == CONSUMER -> early = 0; earlyWord = 0; earlyValue = 0 :: else fi;
    TELL("~ %d loads %d %d\n", p, word, value)
  }
}

#define AT(k) bufferedWord[p * BUFFER + k]
#define RELEASE(k) bufferedRelease[p * BUFFER + k]

/* A store passes those before it unless it is an stlr, or goes to the same word. */
proctype StoreBuffer(byte p) {
end:
  do
  :: d_step { buffered[p] > 0 -> leave(p, 0) }
  :: d_step { buffered[p] > 1 && !RELEASE(1) && AT(1) != AT(0) -> leave(p, 1) }
  :: d_step { buffered[p] > 2 && !RELEASE(2) && AT(2) != AT(0) && AT(2) != AT(1) -> leave(p, 2) }
  :: d_step { buffered[p] > 3 && !RELEASE(3) && AT(3) != AT(0) && AT(3) != AT(1) && AT(3) != AT(2) -> leave(p, 3) }
  :: d_step { buffered[p] > 4 && !RELEASE(4) && AT(4) != AT(0) && AT(4) != AT(1) && AT(4) != AT(2) && AT(4) != AT(3) -> leave(p, 4) }
  od
}

/* The consumer's processor reads ahead: one word, which the next plain load of it may return. */
proctype ReadAhead() {
  byte word;
end:
  do
  :: atomic {
      !early && word == 0 ->
      if
      :: word = HEAD
      :: word = 5; do :: word + 1 < WORDS -> word++ :: break od
      fi;
      d_step { early = 1; earlyWord = word; earlyValue = memory[word]; word = 0 }
    }
  :: d_step { late -> TELL("~ %d reads %d %d, later than its place\n", CONSUMER, lateWord, memory[lateWord]); assert(memory[lateWord] == lateExpected); late = 0; lateWord = 0; lateExpected = 0 }
  od
}
#endif

/* Compare and exchange: an empty buffer on both. */
inline exchangeIf(p, word, expected, value, exchanged) {
  d_step {
    DRAINED(p) && (LOADS_DONE || (p) != CONSUMER) ->
    if
    :: memory[word] == expected -> memory[word] = value; exchanged = 1
    :: else -> exchanged = 0
    fi;
    TELL("~ %d takes %d, and did so: %d\n", p, word, exchanged)
  }
}

/* mfence, dmb: what a stock peer has between its store and its load. */
inline fence(p) {
  DRAINED(p)
}
