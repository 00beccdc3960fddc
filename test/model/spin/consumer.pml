/* src/ring/consumer.ts, and Receiver over it. Names are those of the code. */

inline publishTail() {
  held = 0;
  if
  :: publishedTail != tail ->
    consumed = 0;
    /* SYNC room-visible: all reads of the slots, then tail; other end: Producer.#reloadTail. */
#ifdef BREAK_TAIL_PLAIN
    plainStore(CONSUMER, TAIL, tail);
#else
    storeRelease(CONSUMER, TAIL, tail);
#endif
    publishedTail = tail;
#ifndef STOCK_CONSUMER
#ifndef STOCK_PRODUCER
    wakePeer(CONSUMER, PRODUCER_WORD)
#endif
#endif
  :: else
  fi
}

inline publishTailIfDue() {
  held = 0;
  if
#ifdef STOCK_CONSUMER
  :: consumed >= RECORDS -> publishTail()
#else
  :: consumed >= RECORDS || DISTANCE(publishedTail, tail) >= QUARTER || DISTANCE(publishedTail, cachedHead) > HALF ->
    publishTail()
#endif
  :: else
  fi
}

inline reloadHead(found) {
  /* SYNC record-visible: head, then records; other end: Producer.publish. */
#ifdef BREAK_GLANCE_TRUSTED
  plainLoad(CONSUMER, HEAD, now);
#else
  atomic {
    loadAcquire(CONSUMER, HEAD, now);
#ifdef WHOLE_POSITIONS
    assert(highHead * MODULUS + now >= START + received && highHead * MODULUS + now <= START + received + CAPACITY)
#endif
  };
#endif
  if
  :: now == tail ->
    found = 0;
#ifndef STOCK_CONSUMER
#ifndef BREAK_TAIL_KEPT
    if
    :: !held -> publishTail()
    :: else
    fi
#endif
#endif
  :: else ->
    d_step {
      assert(DISTANCE(tail, now) <= CAPACITY - DISTANCE(publishedTail, tail));
      cachedHead = now;
      found = 1
    }
  fi;
  now = 0
}

/* Looks for the next record and checks its header. */
inline peek(found) {
  if
  :: tail == cachedHead -> reloadHead(found)
  :: else -> found = 1
  fi;
  if
  :: found ->
    plainLoad(CONSUMER, HEADER(INDEX(tail)), header);
    if
    :: header == SKIP_MARKER -> peekAfterSkip(found)
    :: else
    fi
  :: else
  fi;
  if
  :: found ->
    d_step {
      reserved = LENGTH_IN(header);
      assert(header != SKIP_MARKER && reserved >= 1 && reserved <= LONGEST);
      assert(INDEX(tail) + reserved <= CAPACITY && reserved <= DISTANCE(tail, cachedHead));
      /* Nothing lost, twice, or out of order. */
      assert(NUMBER_IN(header) == received + 1);
      header = 0
    }
  :: else
  fi
}

inline peekAfterSkip(found) {
  d_step {
    assert(INDEX(tail) != 0 && CAPACITY - INDEX(tail) <= DISTANCE(tail, cachedHead));
    tail = ADVANCE(tail, CAPACITY - INDEX(tail));
    header = 0
  };
  if
  :: tail == cachedHead -> reloadHead(found)
  :: else
  fi;
  if
  :: found -> plainLoad(CONSUMER, HEADER(0), header)
  :: else
  fi
}

/* A word of the payload, as somebody who still may: a copy, or a guard that is not committed. */
inline readWord(word, expected) {
#ifdef WEAK
  if
  :: d_step { !late -> late = 1; lateWord = word; lateExpected = expected }
  :: plainLoad(CONSUMER, word, now); assert(now == expected)
  fi;
#else
  plainLoad(CONSUMER, word, now);
  assert(now == expected);
#endif
  now = 0
}

inline readPayload(index, length, number) {
  readWord(PAYLOAD(index), number);
  if
  :: length == 2 -> readWord(PAYLOAD(index + 1), number)
  :: else
  fi
}

inline advance() {
  d_step { tail = ADVANCE(tail, reserved); consumed++; received++ }
}

/* takeMessage: the payload is copied out, then the record is given back. */
inline takeMessage(found) {
  peek(found);
  if
  :: found ->
#ifdef BREAK_TAIL_BEFORE_COPY
    slot = INDEX(tail);
    advance();
    publishTailIfDue();
    readPayload(slot, reserved, received);
    slot = 0;
#else
    readPayload(INDEX(tail), reserved, received + 1);
    advance();
    publishTailIfDue();
#endif
    reserved = 0
  :: else
  fi
}

/* takeBatch and commitSlot: up to two records are held, and read while they are. A guard is a batch of one. */
inline takeBatch(found) {
  peek(found);
  if
  :: found ->
    held = 1;
    d_step { slot = INDEX(tail); firstLength = reserved };
    advance();
    peek(more);
    if
    :: more ->
      readPayload(INDEX(tail), reserved, received + 1);
      advance();
      readPayload(slot, firstLength, received - 1)
    :: else -> readPayload(slot, firstLength, received)
    fi;
    d_step { slot = 0; firstLength = 0; more = 0; reserved = 0 };
    publishTailIfDue()
  :: else
  fi
}

/* consume: glances, and then hands over what the head showed when it began. */
inline consumeSeen(found) {
  plainLoad(CONSUMER, HEAD, now);
  if
  :: now == tail ->
    d_step { now = 0; found = 0 };
    if
    :: publishedTail != tail && !held -> publishTail()
    :: else
    fi
  :: else ->
    now = 0;
    reloadHead(found);
    if
    :: found ->
      end = cachedHead;
      do
      :: DISTANCE(tail, end) >= 1 && DISTANCE(tail, end) <= CAPACITY && more == 0 ->
        takeMessage(found);
        more = !found
      :: else -> break
      od;
      atomic { more = 0; end = 0; found = 1 }
    :: else
    fi
  fi
}

inline receive(found) {
  if
#ifdef RECEIVES_COPIES
  :: true -> takeMessage(found)
#endif
#ifdef RECEIVES_BATCHES
  :: true -> takeBatch(found)
#endif
#ifdef CONSUMES
  :: true -> consumeSeen(found)
#endif
  fi
}

inline waitForRecords() {
  if
#ifdef CONSUMER_FUTEX
  :: !spins -> sleepSync(CONSUMER, CONSUMER_WORD, HEAD, cachedHead)
#endif
#ifdef CONSUMER_DOORBELL
  :: !spins -> sleepInLoop(CONSUMER, CONSUMER_WORD, HEAD, cachedHead)
#endif
#ifdef CONSUMER_BEFORE_STOCK
  :: sleepBeforeStock(CONSUMER, CONSUMER_WORD, HEAD, cachedHead)
#endif
#ifdef STOCK_CONSUMER
  :: sleepAsStock(CONSUMER, CONSUMER_WORD, HEAD, cachedHead)
#endif
#ifdef TURNS_TO_SPIN
  /* As a stock consumer may, that has slept before. */
  :: !spins -> d_step { DRAINED(CONSUMER) -> memory[CONSUMER_WORD] = WORD_PURE_SPIN; spins = 1 }
#endif
#ifdef CONSUMER_SPINS
  :: spins && (memory[HEAD] != cachedHead || HUNG_UP(PRODUCER))
#endif
  fi
}

/* Session.look: the peer's hang-up, and state 4. */
inline lookForEnd(ended) {
  d_step { ended = HUNG_UP(PRODUCER) || memory[STATE] == STATE_FATAL }
}

proctype Consumer() {
  /* The end of the last record committed. */
  byte tail = START, publishedTail = START;
  /* May lag behind the shared word, never runs ahead. */
  byte cachedHead = START;
  byte consumed, received, reserved, firstLength, slot, end, header, now, look, kind;
  bit found, more, held, ended, armed, exchanged;
  {
    do
    :: received == MESSAGES -> break
    :: else ->
#ifndef BREAK_END_SEEN_LATE
      lookForEnd(ended);
#endif
      receive(found);
#ifdef BREAK_END_SEEN_LATE
      lookForEnd(ended);
#endif
      if
      :: found -> found = 0
      :: else ->
        if
        :: ended -> break
        :: else -> waitForRecords()
        fi
      fi
    od;
#ifndef FATAL
    /* Whatever a dead producer had published was delivered. */
    assert(received == MESSAGES || (dead == PRODUCER && received == shown));
#endif
    assert(!spins || memory[CONSUMER_WORD] == WORD_PURE_SPIN);
    assert(!held)
  } unless { dead == CONSUMER };
  atomic { tail = 0; publishedTail = 0; cachedHead = 0; consumed = 0; received = 0; reserved = 0; firstLength = 0; slot = 0;
    end = 0; header = 0; now = 0; look = 0; kind = 0; found = 0; more = 0; held = 0; ended = 0; armed = 0; exchanged = 0 }
}
