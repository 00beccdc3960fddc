/*
 * Two threads over a SharedArrayBuffer: ThreadSleeper and ThreadLink.release of src/transport/thread-link.ts. The peer
 * publishes, and leaves. The other one sleeps by Atomics.wait or by the one waitAsync that it has, may give up a wait, and
 * must receive everything and learn that the peer has left. All accesses are Atomics: there are no store buffers. No sleep
 * ends by time, and the seat's own waitAsync is left out: the words alone must do.
 */
#define TELL printf

#ifndef MESSAGES
#define MESSAGES 2
#endif
#ifndef ABORTS
#define ABORTS 2
#endif

byte head;
bit word;
bit left;

/* V8's wait list of the word: a blocked thread, and a promise. A resolved promise is seen at the loop's next turn. */
bit blocked, promised, resolved;

inline notify() {
  d_step {
#ifdef BREAK_NOTIFY_ONE
    if
    :: promised -> promised = 0; resolved = 1
    :: else -> blocked = 0
    fi;
#else
    if
    :: promised -> promised = 0; resolved = 1
    :: else
    fi;
    blocked = 0;
#endif
    TELL("~ peer notifies\n")
  }
}

inline takeSleeper() {
  kind = word;
  TELL("~ peer looks at the word: %d\n", kind);
  if
  :: kind == 1 -> d_step { kind = word; word = 0 }
  :: else
  fi
}

proctype Peer() {
  bit kind;
  do
  :: head < MESSAGES ->
    /* SYNC no-lost-wake: position, then word; other end: arm. */
    head++;
    TELL("~ peer stores head %d\n", head);
    takeSleeper();
    if
    :: kind -> notify(); kind = 0
    :: else
    fi
  :: else -> break
  od;
  /* SYNC peer-left: seat, then the words; other end: ThreadSleeper.#arm. */
  left = 1;
  TELL("~ peer leaves its seat\n");
#ifndef BREAK_WORDS_LEFT_ALONE
  takeSleeper();
  notify()
#endif
}

inline arm(armed) {
#ifdef BREAK_SEAT_LOOKED_AT_FIRST
  armed = !left;
#else
  armed = 1;
#endif
  /* SYNC no-lost-wake: word, then position; other end: takeSleeper. */
  word = 1;
  TELL("~ sleeper stores 1 in its word\n");
  armed = armed && head == got;
#ifndef BREAK_SEAT_LOOKED_AT_FIRST
  /* SYNC peer-left: word, then seat; other end: ThreadLink.release. */
  armed = armed && !left;
#endif
  TELL("~ sleeper looked at head and seat, and sleeps: %d\n", armed);
  if
  :: armed
  :: else -> word = 0
  fi
}

proctype Sleeper() {
  byte got, aborts = ABORTS, now;
  /* ThreadSleeper.#waiting, and whether somebody is to be woken. */
  bit waiting, wakes, armed, ended;
  do
  :: resolved -> d_step { resolved = 0; waiting = 0 }
  :: true ->
    ended = left;
    now = head;
    if
    :: now != got -> got = now
    :: now == got && ended -> break
    :: now == got && !ended ->
      arm(armed);
      if
      :: armed ->
        d_step { blocked = word; TELL("~ sleeper blocks: %d\n", blocked) };
        !blocked;
        word = 0
      :: armed ->
        wakes = 1;
        if
        :: waiting
        :: else -> d_step { promised = word; waiting = word; wakes = word; TELL("~ sleeper waits by promise: %d\n", promised) }
        fi;
        if
        :: !wakes
        :: wakes ->
          if
          :: d_step { resolved -> resolved = 0; waiting = 0 }
          :: aborts > 0 -> aborts--; word = 0
          fi;
          wakes = 0
        fi
      :: else
      fi;
      armed = 0
    fi;
    d_step { now = 0; ended = 0 }
  od;
  assert(got == MESSAGES)
}

init {
  atomic {
    run Peer();
    run Sleeper()
  }
}
