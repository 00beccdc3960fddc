/*
 * The end of a process that has a watcher thread: FutexWatcherWorker.#end and the frame of runWatcherThread. The process
 * ends at any moment, and terminates the thread, which must not be inside koffi then. All accesses are Atomics: there are
 * no store buffers. The limit of a second is left out: a wait that only it would end is a deadlock.
 */
#define TELL printf

#define AWAKE 0
#define ASLEEP 1

bit calling, stop, terminated;
bit inKoffi;
byte requests, sleeping;

/* The kernel's queues: the thread on requests, the main thread on calling. */
bit threadQueued, mainQueued;

inline saysThatItCalls() {
  d_step { calling = 1; TELL("~ thread says that it calls\n") }
}

inline looksAtStop() {
  d_step { stopped = stop; TELL("~ thread finds that it is to stop: %d\n", stopped) }
}

/* Functions and views that koffi makes. */
inline makes() {
  d_step { inKoffi = 1; TELL("~ thread goes into koffi\n") };
  assert(!terminated);
  d_step { inKoffi = 0; TELL("~ thread has left koffi\n") }
}

proctype Thread() {
  bit stopped;
  byte requested;
#ifdef BREAK_STOP_LOOKED_AT_FIRST
  looksAtStop();
  saysThatItCalls();
#else
  /* SYNC no-call-at-exit: that this thread calls, then stop; other end: stop, then whether it calls. */
  saysThatItCalls();
  looksAtStop();
#endif
  if
  :: !stopped -> makes()
  :: stopped
  fi;
  do
  :: stopped -> break
  :: !stopped ->
#ifdef BREAK_REQUESTS_READ_LATE
    looksAtStop();
    requested = requests;
#else
    requested = requests;
    looksAtStop();
#endif
    if
    :: stopped -> break
    :: !stopped
    fi;
    makes();
    /* SYNC no-lost-request: how this thread sleeps, then requests, compared by whoever lets it sleep; other end: request. */
    sleeping = ASLEEP;
    d_step { threadQueued = (requests == requested); TELL("~ thread sleeps: %d\n", threadQueued) };
    !threadQueued;
    sleeping = AWAKE
  od;
  skip;
  d_step { calling = 0; TELL("~ thread says that it calls no more\n") };
  mainQueued = 0
}

/* FutexWatcherWorker.#request */
inline request() {
  /* SYNC no-lost-request: requests, then sleeping; other end: the thread says how it sleeps, then compares requests. */
  requests++;
  how = sleeping;
  if
  :: how == ASLEEP -> threadQueued = 0
  :: else
  fi;
  how = 0
}

inline stops() {
  d_step { stop = 1; TELL("~ main tells the thread to stop\n") };
#ifndef BREAK_STOP_NOT_REQUESTED
  request()
#endif
}

inline waitsForCalls() {
  d_step { mainQueued = calling; TELL("~ main waits for the thread: %d\n", mainQueued) };
  !mainQueued
}

proctype Main() {
  byte how;
  /* A ring is armed, or not, before the process ends. */
  if
  :: request()
  :: true
  fi;
#ifdef BREAK_CALLING_LOOKED_AT_FIRST
  waitsForCalls();
  stops();
#else
  /* SYNC no-call-at-exit: stop, then whether the thread calls; other end: runWatcherThread. */
  stops();
  waitsForCalls();
#endif
  d_step { terminated = 1; TELL("~ main terminates the thread\n") };
  assert(!inKoffi)
}

init {
  atomic {
    run Thread();
    run Main()
  }
}
