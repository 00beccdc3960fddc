/* src/ring/sleep-word.ts, src/transport/native-sleeper.ts, and how a stock peer does the same. */
#define WORD_AWAKE 0
#define WORD_FUTEX 1
#define WORD_PURE_SPIN 2
#define WORD_DOORBELL 3
#define STATE_FATAL 4

#define WORD_OF(p) ((p) == CONSUMER -> CONSUMER_WORD : PRODUCER_WORD)

/* Sleeper: says that it sleeps, then looks once more. */
inline arm(p, word, kind, position, seen, armed) {
  /* SYNC no-lost-wake: word, then position and state; other end: takeSleeper. */
#ifdef BREAK_WORD_PLAIN
  plainStore(p, word, kind);
#else
  storeRelease(p, word, kind);
#endif
#ifdef BREAK_NO_SECOND_LOOK
  armed = 1
#else
#ifdef BREAK_SECOND_LOOK_PLAIN
  plainLoad(p, position, look);
#else
  loadAcquire(p, position, look);
#endif
  d_step { armed = (look == seen); look = 0 };
#ifdef FATAL
  if
  :: armed ->
#ifndef BREAK_STATE_NOT_LOOKED_AT
    loadAcquire(p, STATE, look);
#endif
    d_step { armed = (look != STATE_FATAL); look = 0 }
  :: else
  fi;
#endif
  if
  :: !armed -> disarm(p, word)
  :: else
  fi
#endif
}

inline disarm(p, word) {
  storeRelease(p, word, WORD_AWAKE)
}

/* Waker, after it published its position or declared the ring fatal: takes the sleeper off the word. */
inline takeSleeper(p, word, kind) {
  /* SYNC no-lost-wake: position or state (stored by our caller), then word; other end: arm. */
#ifdef BREAK_WORD_LOOK_PLAIN
  plainLoad(p, word, kind);
#else
  loadAcquire(p, word, kind);
#endif
  if
  :: kind == WORD_FUTEX || kind == WORD_DOORBELL ->
#ifdef BREAK_WORD_NOT_CLEARED
    skip
#else
#ifdef BREAK_PLAIN_EXCHANGE
    d_step { DRAINED(p) -> exchanged = 1; memory[word] = WORD_AWAKE; TELL("~ %d stores %d 0\n", p, word) };
#else
    exchangeIf(p, word, kind, WORD_AWAKE, exchanged);
#endif
    d_step { if :: !exchanged -> kind = WORD_AWAKE :: else fi; exchanged = 0 }
#endif
  :: else -> kind = WORD_AWAKE
  fi
}

/* Lane.wakePeer: as the word said. */
inline wakeAs(p, kind) {
  if
  :: kind == WORD_FUTEX -> futexWake(p)
  :: kind == WORD_DOORBELL -> ring(p)
  :: else
  fi;
  kind = 0
}

inline wakePeer(p, peerWord) {
  takeSleeper(p, peerWord, kind);
  wakeAs(p, kind)
}

/* NativeSleeper.sleepSync: a blocked thread. */
inline sleepSync(p, word, position, seen) {
  arm(p, word, WORD_FUTEX, position, seen, armed);
  if
  :: armed ->
    armed = 0;
    futexWait(p, word, WORD_FUTEX);
    disarm(p, word)
  :: else
  fi
}

/* LoopWatch.#sleep, NativeSleeper.arm and bell: an event loop, which may also be called away from its sleep. */
inline sleepInLoop(p, word, position, seen) {
  readBells(p);
  arm(p, word, WORD_DOORBELL, position, seen, armed);
  if
  :: armed ->
    armed = 0;
    TELL("~ %d sleeps in its event loop\n", p);
    if
    :: d_step { bells[p] > 0 -> readBells(p) }
    :: d_step { surprises > 0 -> surprises-- }
    :: HUNG_UP(1 - (p))
    fi;
    disarm(p, word)
  :: else
  fi
}

/* ForeignRecordSleeper.sleepSync: before a producer that leaves the word as it is. */
inline sleepBeforeStock(p, word, position, seen) {
  arm(p, word, WORD_FUTEX, position, seen, armed);
  if
  :: armed ->
    armed = 0;
#ifdef BREAK_HEAD_NOT_COMPARED
    futexWait(p, word, WORD_FUTEX);
#else
#ifdef BREAK_HEAD_COMPARED_FIRST
    futexWaitvLate(p, word, WORD_FUTEX, position, seen);
#else
    futexWaitv(p, word, WORD_FUTEX, position, seen);
#endif
#endif
    disarm(p, word)
  :: else
  fi
}

/* Broken on purpose: the words of futex_waitv in the other order. Nobody wakes the position. */
inline futexWaitvLate(p, word, expected, position, seen) {
  if
  :: memory[position] == seen ->
    d_step { DRAINED(p) -> queued[p] = (memory[word] == expected); TELL("~ %d sleeps on %d: %d\n", p, word, queued[p]) };
    awaitWake(p)
  :: else
  fi
}

/* The stock consumer: plain store, full fence, look, futex, plain store. */
inline sleepAsStock(p, word, position, seen) {
  plainStore(p, word, WORD_FUTEX);
#ifndef BREAK_STOCK_FENCE
  fence(p);
#endif
  loadAcquire(p, position, look);
  d_step { armed = (look == seen); look = 0 };
  if
  :: armed -> armed = 0; futexWait(p, word, WORD_FUTEX)
  :: else
  fi;
  plainStore(p, word, WORD_AWAKE)
}
