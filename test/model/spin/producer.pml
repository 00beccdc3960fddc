/* src/ring/producer.ts, and Sender over it. Names are those of the code. */

inline reloadTail() {
  /* SYNC room-visible: tail, then the bytes behind it are ours to overwrite; other end: Consumer.publish. */
  loadAcquire(PRODUCER, TAIL, shared);
  d_step {
    assert(DISTANCE(shared, head) <= CAPACITY);
    assert(DISTANCE(shared, head) >= DISTANCE(publishedHead, head));
    cachedTail = shared;
    shared = 0
  }
}

inline hasRoom(needed, room) {
#ifdef BREAK_TAIL_GUESSED
  /* Taken for an upper bound of what is used, as if the consumer had moved on since. */
  room = (CAPACITY + 1 - DISTANCE(cachedTail, head) >= needed);
#else
  room = (CAPACITY - DISTANCE(cachedTail, head) >= needed);
#endif
  if
  :: room
  :: else ->
    reloadTail();
    room = (CAPACITY - DISTANCE(cachedTail, head) >= needed)
  fi
}

/* PublishedPosition.#publishBothHalves: in one step with the low half. Only a stock consumer reads the high one. */
inline carry() {
#ifdef WHOLE_POSITIONS
  d_step { highHead = (START + sent) / MODULUS; TELL("~ 0 stores the high half %d\n", highHead) }
#else
  skip
#endif
}

inline publishHead() {
  if
  :: publishedHead != head ->
    unpublished = 0;
    /* SYNC record-visible: records, then head; other end: Consumer.#reloadHead. */
#ifdef STOCK_PRODUCER
    /* A releasing store is a plain one on x64. */
#ifdef WEAK
    storeRelease(PRODUCER, HEAD, head);
#else
    plainStore(PRODUCER, HEAD, head);
#endif
    publishedHead = head;
    fence(PRODUCER);
    loadAcquire(PRODUCER, CONSUMER_WORD, kind);
    if
    :: kind == WORD_FUTEX -> futexWake(PRODUCER)
    :: else
    fi;
    kind = 0
#else
    atomic {
#ifdef BREAK_HEAD_PLAIN
      plainStore(PRODUCER, HEAD, head);
#else
      storeRelease(PRODUCER, HEAD, head);
#endif
#ifndef BREAK_HALVES_APART
      carry();
#endif
      publishedHead = head;
      shown = sent
    };
#ifdef BREAK_HALVES_APART
    carry();
#endif
    wakePeer(PRODUCER, CONSUMER_WORD)
#endif
  :: else
  fi
}

/* Uncorked: every record. Corked: 32 records (here RECORDS), a quarter of the ring, or when somebody flushes. */
inline publishIfDue() {
#ifdef CORKED
  if
  :: unpublished >= RECORDS || DISTANCE(publishedHead, head) >= QUARTER || sent == MESSAGES -> publishHead()
  :: else -> if :: true -> publishHead() :: true fi
  fi
#else
  publishHead()
#endif
}

/* Record `sent + 1`, of `length` slots: claim, copy, commit. */
inline tryWrite(length, written) {
  toEnd = CAPACITY - INDEX(head);
  if
  :: length <= toEnd -> toEnd = 0
  :: else
  fi;
  hasRoom(toEnd + length, written);
  if
  :: !written -> publishHead()
  :: else ->
#ifdef BREAK_HEAD_BEFORE_RECORD
    d_step { head = ADVANCE(head, toEnd + length); at = head };
    sent++;
    publishHead();
    sent--;
    head = ADVANCE(head, 2 * MODULUS - toEnd - length);
#endif
#ifndef BREAK_MARKER_LAST
    writeSkipMarker();
#endif
    d_step { at = ADVANCE(head, toEnd) };
    plainStore(PRODUCER, PAYLOAD(INDEX(at)), sent + 1);
    if
    :: length == 2 -> plainStore(PRODUCER, PAYLOAD(INDEX(at) + 1), sent + 1)
    :: else
    fi;
    plainStore(PRODUCER, HEADER(INDEX(at)), DESCRIPTOR(sent + 1, length));
#ifdef BREAK_MARKER_LAST
    d_step { at = head; head = ADVANCE(head, toEnd + length) };
    sent++;
    publishHead();
    sent--;
    d_step { shared = head; head = at };
    writeSkipMarker();
    d_step { head = shared; shared = 0 };
#else
    d_step { head = ADVANCE(at, length) };
#endif
    d_step { sent++; unpublished++; at = 0 };
    publishIfDue()
  fi;
  toEnd = 0
}

inline writeSkipMarker() {
  if
  :: toEnd > 0 -> plainStore(PRODUCER, HEADER(INDEX(head)), SKIP_MARKER)
  :: else
  fi
}

inline waitForRoom() {
  if
#ifdef PRODUCER_FUTEX
  :: sleepSync(PRODUCER, PRODUCER_WORD, TAIL, cachedTail)
#endif
#ifdef PRODUCER_DOORBELL
  :: sleepInLoop(PRODUCER, PRODUCER_WORD, TAIL, cachedTail)
#endif
#ifdef PRODUCER_POLLS
  /* ForeignRoomSleeper, PositionPoll, and a stock producer: look again and again. */
  :: memory[TAIL] != cachedTail || HUNG_UP(CONSUMER)
#endif
  fi
}

inline declareCorrupt() {
  storeRelease(PRODUCER, STATE, STATE_FATAL);
  wakePeer(PRODUCER, CONSUMER_WORD)
}

proctype Producer() {
  /* The end of the last record committed. */
  byte head = START, publishedHead = START;
  /* May lag behind the shared word, never runs ahead. */
  byte cachedTail = START;
  byte unpublished, length, toEnd, at, shared, look, kind;
  bit written, armed, exchanged;
  {
    do
    :: sent == MESSAGES || HUNG_UP(CONSUMER) -> break
#ifdef FATAL
    :: sent > 0 -> declareCorrupt(); break
#endif
    :: else ->
      if
      :: length = 1
#if LONGEST > 1
      :: length = 2
#endif
      fi;
      do
      :: !written && !HUNG_UP(CONSUMER) ->
        tryWrite(length, written);
        if
        :: !written -> waitForRoom()
        :: else
        fi
      :: else -> break
      od;
      atomic { written = 0; length = 0 }
    od
  } unless { dead == PRODUCER };
  /* Nothing more will come of this side; what it knew does not matter. */
  atomic { head = 0; publishedHead = 0; cachedTail = 0; unpublished = 0; length = 0; toEnd = 0; at = 0; shared = 0;
    look = 0; kind = 0; written = 0; armed = 0; exchanged = 0 }
}
