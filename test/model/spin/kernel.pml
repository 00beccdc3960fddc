/*
 * What the kernel does for the two sides. Its own locks are full fences on both processors. Nobody gives up by himself:
 * the 20 ms slices of a blocked thread are left out, so that a lost wake-up is a deadlock here, not a delay. Instead
 * there are `SURPRISES` sleeps that end for no reason, which stand for slices, time-outs, signals and aborted waits.
 */
#ifndef SURPRISES
#define SURPRISES 0
#endif
/* How many bells a socket holds; the real one holds 278. One more is EAGAIN, and left out. */
#ifndef BELLS
#define BELLS 1
#endif

byte surprises = SURPRISES;
/* Queued on one's own word, in the kernel. */
bit queued[2];
/* Bytes in the socket that p has not read. */
byte bells[2];
/* Death: which side has stopped for ever, at whatever step it was; 2 is nobody. */
byte dead = 2;

/* The hang-up follows the last store: a dead process's stores have all become visible by then. */
#define HUNG_UP(peer) (dead == (peer) && DRAINED(peer))

/* FUTEX_WAIT: compares and queues in one step. */
inline futexWait(p, word, expected) {
  d_step { DRAINED(p) && (LOADS_DONE || (p) != CONSUMER) -> queued[p] = (memory[word] == expected); TELL("~ %d sleeps on %d: %d\n", p, word, queued[p]) };
  awaitWake(p)
}

inline awaitWake(p) {
  if
  :: !queued[p]
  :: d_step { queued[p] && surprises > 0 -> surprises--; queued[p] = 0 }
  :: d_step { queued[p] && HUNG_UP(1 - (p)) -> queued[p] = 0 }
  fi
}

/*
 * futex_waitv on two words: queues on the first, then compares and queues on the second. A wake that comes between ends
 * the sleep too, so both are one flag.
 */
inline futexWaitv(p, word1, expected1, word2, expected2) {
  d_step { DRAINED(p) && (LOADS_DONE || (p) != CONSUMER) -> queued[p] = (memory[word1] == expected1); TELL("~ %d sleeps on %d: %d\n", p, word1, queued[p]) };
  if
  :: d_step { queued[p] && memory[word2] != expected2 -> queued[p] = 0 }
  :: !queued[p] || memory[word2] == expected2
  fi;
  awaitWake(p)
}

inline futexWake(p) {
  d_step { DRAINED(p) -> queued[1 - (p)] = 0; TELL("~ %d wakes the other side\n", p) }
}

/* ControlSocket.ring: EAGAIN means that it has been rung. */
inline ring(p) {
  d_step {
    if
    :: bells[1 - (p)] < BELLS -> bells[1 - (p)]++
    :: else
    fi;
    TELL("~ %d rings\n", p)
  }
}

/* ControlSocket.look, and the event loop's read: everything that there is. */
inline readBells(p) {
  bells[p] = 0
}
