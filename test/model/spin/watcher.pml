/*
 * The watcher thread: ffi/futex-watcher.ts, futex-watcher-worker.ts, futex-watcher-thread.ts and foreign-record-sleeper.ts.
 *
 *   producer 0 ──► head, word ──┐                          ┌── requests ──┐
 *                               ├──► watcher thread ──posts──► main thread ◄─ may also block on ring 0 by itself
 *   producer 1 ──► head, word ──┘                          └── states ────┘
 *
 * Producers are stock: they look at the word and never clear it. All accesses here are Atomics, or have a full fence
 * between store and load, so there are no store buffers. Nobody's sleep ends by time, neither the slice of 200 ms nor that
 * of 20 ms: a lost wake-up is a deadlock. A position is the number of messages.
 */
#define TELL printf

#ifndef RINGS
#define RINGS 2
#endif
#ifndef MESSAGES
#define MESSAGES 2
#endif
/* Of ring 1; ring 0 is the interesting one. */
#ifndef FEWER
#define FEWER 1
#endif
#ifndef ABORTS
#define ABORTS 1
#endif
/* The word that main and watcher share beside the rings' words, by its place in the queues. */
#define CONTROL RINGS

mtype = { FREE, IDLE, ARMED, BUSY, FIRED, REMOVING };
#define AWAKE 0
#define BY_FUTEX 1
#define BY_ATOMICS 2

byte head[RINGS];
bit word[RINGS];

byte requests;
byte sleeping;
mtype states[RINGS];
byte seen[RINGS];
chan posts = [4] of { byte };

/* The kernel's queues: the watcher on every word and on the control word, main on the words. */
bit watcherQueued[RINGS + 1], watcherWoken[RINGS + 1];
bit mainQueued[RINGS];
bit waitsByAtomics;

/* FUTEX_WAKE of one: whichever of the two. */
inline wake(ring) {
  atomic {
    if
    :: watcherQueued[ring] && !watcherWoken[ring] -> watcherWoken[ring] = 1; TELL("~ wakes the watcher by word %d\n", ring)
    :: mainQueued[ring] -> mainQueued[ring] = 0; TELL("~ wakes main by word %d\n", ring)
    :: else
    fi
  }
}

proctype StockProducer(byte ring) {
  bit asleep;
  do
  :: head[ring] < (ring == 0 -> MESSAGES : FEWER) ->
    /* SYNC no-lost-wake: position, then word, as any producer; other end: watch, sleepSync. */
    d_step { head[ring]++; TELL("~ producer %d stores head %d\n", ring, head[ring]) };
    d_step { asleep = word[ring]; TELL("~ producer %d finds its word %d\n", ring, asleep) };
    if
    :: asleep -> wake(ring)
    :: else
    fi;
    asleep = 0
  :: else -> break
  od
}

/* FutexWatcherWorker.#request */
inline request() {
#ifdef BREAK_SLEEPING_LOOKED_AT_FIRST
  d_step { how = sleeping; TELL("~ main finds the watcher asleep: %d\n", how) };
  d_step { requests++; TELL("~ main asks for a ring to be watched\n") };
#else
  /* SYNC no-lost-request: requests, then sleeping; other end: the thread says how it sleeps, then compares requests. */
  d_step { requests++; TELL("~ main asks for a ring to be watched\n") };
  d_step { how = sleeping; TELL("~ main finds the watcher asleep: %d\n", how) };
#endif
  if
  :: how == BY_FUTEX -> d_step { if :: watcherQueued[CONTROL] -> watcherWoken[CONTROL] = 1; TELL("~ main wakes the watcher by its request\n") :: else fi }
  :: how == BY_ATOMICS -> waitsByAtomics = 0
  :: else
  fi;
  how = 0
}

/* FutexWatcherWorker.takeBack */
inline takeBack(ring) {
  do
  :: d_step { was = states[ring]; if :: was == ARMED -> states[ring] = IDLE :: else fi };
    if
    :: was == FIRED -> states[ring] = IDLE; break
#ifndef BREAK_TAKE_BACK_DOES_NOT_WAIT
    :: was == BUSY -> states[ring] != BUSY
#endif
    :: else -> break
    fi
  od;
  was = 0
}

/* FutexWatcher.arm, after ForeignRecordSleeper.arm has looked. */
inline armWatcher(ring) {
  takeBack(ring);
  seen[ring] = got[ring];
  states[ring] = ARMED;
  waits[ring] = 1;
#ifdef BREAK_ARMED_BY_MAIN
  d_step { word[ring] = 1; TELL("~ main stores 1 in word %d\n", ring) };
#endif
  request()
}

/* FutexWatcher.disarm */
inline disarm(ring) {
  takeBack(ring);
  d_step { waits[ring] = 0; word[ring] = 0; TELL("~ main takes ring %d back\n", ring) }
}

/* ForeignRecordSleeper.sleepSync */
inline sleepSync(ring) {
  /* SYNC no-lost-wake: word, then position; other end: any producer. */
  d_step { word[ring] = 1; TELL("~ main stores 1 in word %d\n", ring) };
  if
  :: head[ring] == got[ring] ->
    d_step { mainQueued[ring] = word[ring]; TELL("~ main blocks on word %d\n", ring) };
    if
    :: d_step { mainQueued[ring] && head[ring] != got[ring] -> mainQueued[ring] = 0 }
    :: !mainQueued[ring] || head[ring] == got[ring]
    fi;
    !mainQueued[ring]
  :: else
  fi;
  word[ring] = 0
}

/* A receive on one ring: at once, or by the event loop, or blocking. */
inline receive(ring) {
  if
  :: head[ring] != got[ring] -> got[ring] = head[ring]
  :: head[ring] == got[ring] -> armWatcher(ring)
  :: ring == 0 && head[ring] == got[ring] && mayBlock -> sleepSync(ring)
  fi
}

proctype Main() {
  byte got[RINGS];
  bit waits[RINGS];
  byte aborts = ABORTS, how, posted;
  mtype was;
  /* Blocks on ring 0 only after it gave up a wait there: before, the watcher has nothing to do with it. */
  bit mayBlock;
  do
#if RINGS > 1
  :: got[0] == MESSAGES && got[1] == FEWER -> break
#else
  :: got[0] == MESSAGES -> break
#endif
  :: !waits[0] && got[0] < MESSAGES -> receive(0)
#if RINGS > 1
  :: !waits[1] && got[1] < FEWER -> receive(1)
#endif
  :: waits[0] && aborts > 0 -> disarm(0); d_step { aborts--; mayBlock = 1 }
  :: posts ? posted ->
    /* takeFired */
    d_step { if :: states[posted] == FIRED -> states[posted] = IDLE; was = FIRED :: else fi };
    if
    :: was == FIRED -> d_step { was = 0; assert(waits[posted]); waits[posted] = 0; posted = 0 }
    :: else -> posted = 0
    fi
  od
}

/* runWatcherThread's watch */
inline watch(slot) {
  d_step { busy = (states[slot] == ARMED); if :: busy -> states[slot] = BUSY :: else fi };
  if
  :: busy ->
    busy = 0;
    watchedSeen[slot] = seen[slot];
#ifdef BREAK_ARMED_BY_MAIN
    if
    :: word[slot] == 1 && head[slot] == watchedSeen[slot] -> d_step { states[slot] = ARMED; watched[slot] = 1 }
    :: else
    fi;
#else
    if
    :: head[slot] == watchedSeen[slot] ->
      /* SYNC no-lost-wake: word, then position; other end: any producer, position, then word. */
      d_step { word[slot] = 1; TELL("~ watcher stores 1 in word %d\n", slot) };
      if
      :: head[slot] == watchedSeen[slot] -> d_step { states[slot] = ARMED; watched[slot] = 1 }
      :: else
      fi
    :: else
    fi;
#endif
    if
    :: watched[slot]
    :: else ->
      d_step { word[slot] = 0; TELL("~ watcher stores 0 in word %d, and posts\n", slot) };
      states[slot] = FIRED;
      watchedSeen[slot] = 0;
      posts ! slot
    fi
  :: else
  fi
}

/* One ring's two entries of futex_waitv. A wake that has come in between is kept. */
inline queueRing(slot) {
  if
  :: watched[slot] && !mismatch ->
#ifdef BREAK_HEAD_COMPARED_FIRST
    mismatch = (head[slot] != watchedSeen[slot]);
    if
    :: !mismatch -> d_step { if :: word[slot] == 1 -> watcherQueued[slot] = 1 :: else -> mismatch = 1 fi }
    :: else
    fi
#else
    d_step { if :: word[slot] == 1 -> watcherQueued[slot] = 1 :: else -> mismatch = 1 fi };
#if !defined(BREAK_HEAD_NOT_COMPARED) && !defined(BREAK_ARMED_BY_MAIN)
    if
    :: !mismatch -> mismatch = (head[slot] != watchedSeen[slot])
    :: else
    fi
#endif
#endif
  :: else
  fi
}

/* No place in the queues. */
#define NOTHING 9

/* Leaves every queue. The kernel tells one entry that was woken, the last; what others were woken for is not told. */
inline unqueue() {
  d_step {
    woken = NOTHING;
    if :: watcherWoken[0] -> woken = 0 :: else fi;
#if RINGS > 1
    if :: watcherWoken[1] -> woken = 1 :: else fi;
    watcherQueued[1] = 0; watcherWoken[1] = 0;
#endif
    if :: watcherWoken[CONTROL] -> woken = CONTROL :: else fi;
    watcherQueued[0] = 0; watcherWoken[0] = 0;
    watcherQueued[CONTROL] = 0; watcherWoken[CONTROL] = 0;
    mismatch = 0;
    TELL("~ watcher awake\n")
  }
}

#define WATCHES (watched[0] || watched[RINGS - 1])

inline sleepOnWatched() {
  queueRing(0);
#if RINGS > 1
  queueRing(1);
#endif
  if
  :: !mismatch ->
    TELL("~ watcher sleeps\n");
#ifdef BREAK_REQUESTS_NOT_COMPARED
    watcherQueued[CONTROL] = 1
#else
    d_step { if :: requests == requested -> watcherQueued[CONTROL] = 1 :: else -> mismatch = 1 fi }
#endif
  :: else
  fi;
end_asleep:
  mismatch || watcherWoken[0] || watcherWoken[RINGS - 1] || watcherWoken[CONTROL];
  unqueue()
}

/* Taken back while we slept: the wake was meant for whoever sleeps there now. */
inline passOn(slot) {
  if
#ifdef BREAK_WAKE_KEPT
  :: false
#endif
#ifdef BREAK_LAST_WAKE_PASSED_ON
  :: woken == slot && watched[slot] && states[slot] != ARMED -> wake(slot)
#else
#ifndef BREAK_WAKE_KEPT
  :: woken != NOTHING && watched[slot] && states[slot] != ARMED -> wake(slot)
#endif
#endif
  :: else
  fi
}

proctype Watcher() {
  byte requested, woken = NOTHING;
  byte watchedSeen[RINGS];
  bit watched[RINGS];
  bit busy, mismatch;
end:
  do
  :: requested = requests;
    watch(0);
#if RINGS > 1
    watch(1);
#endif
    /* SYNC no-lost-request: how this thread sleeps, then requests, compared by whoever lets it sleep; other end: request. */
    if
    :: !WATCHES ->
      sleeping = BY_ATOMICS;
      d_step { waitsByAtomics = (requests == requested); TELL("~ watcher waits for requests: %d\n", waitsByAtomics) };
end_idle:
      !waitsByAtomics
    :: else ->
      sleeping = BY_FUTEX;
      sleepOnWatched();
      passOn(0);
#if RINGS > 1
      passOn(1);
#endif
      d_step { woken = NOTHING; watched[0] = 0; watched[RINGS - 1] = 0; watchedSeen[0] = 0; watchedSeen[RINGS - 1] = 0 }
    fi;
    sleeping = AWAKE
  od
}

init {
  atomic {
    states[0] = IDLE;
    states[RINGS - 1] = IDLE;
    run StockProducer(0);
#if RINGS > 1
    run StockProducer(1);
#endif
    run Watcher();
    run Main()
  }
}
