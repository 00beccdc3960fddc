/*
 * One ring between two processes: every interleaving of a producer, a consumer, their store buffers, and the kernel.
 * sound-checks.ts and broken-checks.ts say what is switched on. Positions count slots, modulo MODULUS; the real ones count bytes modulo
 * 2^32, and at the largest capacity that is as tight as here: twice the ring.
 */
#define PRODUCER 0
#define CONSUMER 1

#ifndef CAPACITY
#define CAPACITY 4
#endif
#ifndef MODULUS
#define MODULUS (2 * CAPACITY)
#endif
/* Near the end, so that positions wrap early. */
#ifndef START
#define START (MODULUS - 1)
#endif
#ifndef LONGEST
#define LONGEST (CAPACITY / 2)
#endif
#ifndef QUARTER
#define QUARTER (CAPACITY / 4)
#endif
#define HALF (CAPACITY / 2)
/* 32 in the code. */
#ifndef RECORDS
#define RECORDS 3
#endif

/* src/ring/position.ts, and the record's header: its number stands for the type and everything else that is stored. */
#define INDEX(position) ((position) % CAPACITY)
#define DISTANCE(from, to) (((to) + MODULUS - (from)) % MODULUS)
#define ADVANCE(position, length) (((position) + (length)) % MODULUS)
#define SKIP_MARKER 3
#define DESCRIPTOR(number, length) ((number) * 4 + (length))
#define NUMBER_IN(header) ((header) / 4)
#define LENGTH_IN(header) ((header) % 4)

/* Records committed; and of these, published. */
byte sent, shown;
/* The consumer never sleeps, and its word says so. */
bit spins;
#if defined(STOCK_CONSUMER) && !defined(WEAK) && LONGEST == 1
/* The high half of the head, which a stock consumer reads together with the low one. */
#define WHOLE_POSITIONS
byte highHead = START / MODULUS;
#endif

#include "memory.pml"
#include "kernel.pml"
#include "sleep-word.pml"
#include "producer.pml"
#include "consumer.pml"

#ifdef DEATH
proctype Death() {
  if
  :: dead = PRODUCER
  :: dead = CONSUMER
  fi
}
#endif

init {
  atomic {
    memory[HEAD] = START;
    memory[TAIL] = START;
    memory[STATE] = 2;
#ifdef PURE_SPIN
    spins = 1;
    memory[CONSUMER_WORD] = WORD_PURE_SPIN;
#endif
    run StoreBuffer(PRODUCER);
    run StoreBuffer(CONSUMER);
#ifdef WEAK
    run ReadAhead();
#endif
#ifdef DEATH
    run Death();
#endif
    run Producer();
    run Consumer()
  }
}
