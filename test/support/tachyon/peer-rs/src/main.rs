//! The real Tachyon with the command line and the report of the stand-in peer (`stand-in/main.c`, `stand-in/report.h`).

mod lateness;
mod options;
mod stream;

use lateness::Lateness;
use options::Options;
use std::io::Read;
use std::time::{Duration, Instant};
use stream::{draw, Digest, Message, Stream};
use tachyon_ipc::{Bus, TachyonError, TxGuard};

const LATE_MS: f64 = 50.0;
/// The API does not tell whether a receive slept; one that took this long is counted as one that did.
const ASLEEP_MS: f64 = 0.015;
const STAMP_LENGTH: usize = 16;

fn fail(reason: impl std::fmt::Display) -> ! {
    println!("{{\"error\":\"{reason}\"}}");
    std::process::exit(3)
}

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    fn getpid() -> i32;
    fn kill(pid: i32, signal: i32) -> i32;
}

/// CLOCK_MONOTONIC, which the other side's stamps are taken from too.
fn clock_ns() -> u64 {
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(1, &mut now) };
    now.seconds as u64 * 1_000_000_000 + now.nanoseconds as u64
}

fn die_when_due(o: &Options, messages: u64) {
    if o.die_at != 0 && messages == o.die_at {
        unsafe { kill(getpid(), 9) };
    }
}

fn pause_before(o: &Options, index: u64, random: &mut u32) {
    if o.pause_every == 0 || index % o.pause_every != 0 {
        return;
    }
    let (least, most) = o.pause_us;
    let pause = Duration::from_micros(u64::from(least + draw(random) % (most - least + 1)));
    if pause > Duration::from_millis(1) {
        return std::thread::sleep(pause);
    }
    let began = Instant::now();
    while began.elapsed() < pause {
        std::hint::spin_loop();
    }
}

fn open(o: &Options) -> Bus {
    let began = Instant::now();
    loop {
        let opened = if o.listens { Bus::listen(&o.path, o.capacity) } else { Bus::connect(&o.path) };
        match opened {
            Ok(bus) => return bus,
            Err(TachyonError::NetworkError) if !o.listens && began.elapsed() < Duration::from_millis(o.retry_ms) => {
                std::thread::sleep(Duration::from_millis(2))
            }
            Err(error) => fail(error),
        }
    }
}

/// The API answers "full" at once, and flushes nothing by itself.
fn acquire(bus: &Bus, size: usize) -> TxGuard<'_> {
    for tries in 1u64.. {
        match bus.acquire_tx(size) {
            Ok(guard) => return guard,
            Err(TachyonError::BufferFull) => bus.flush(),
            Err(error) => fail(error),
        }
        if tries % 64 == 0 {
            std::thread::yield_now();
        }
    }
    unreachable!()
}

fn produce(o: &Options, bus: &Bus, digest: &mut Digest) {
    let mut stream = Stream::new(o.seed, &o.sizes);
    let mut random = o.seed | 1;
    for i in 0..o.count {
        let message = stream.next();
        let payload = stream.payload(&message);
        if o.rollback_every != 0 && i % o.rollback_every == 0 {
            drop(acquire(bus, payload.len()));
            bus.flush();
        }
        pause_before(o, i, &mut random);
        let guard = acquire(bus, payload.len());
        guard.write(payload);
        guard.commit_unflushed(payload.len(), message.type_id).unwrap_or_else(|error| fail(error));
        if o.flush_every != 0 && (i + 1) % o.flush_every == 0 {
            bus.flush();
        }
        digest.add(payload, message.type_id);
        die_when_due(o, i + 1);
    }
    bus.flush();
}

/// Cannot see the consumer word as the stand-in does: it only pauses, long enough for a consumer to be asleep.
fn produce_wakes(o: &Options, bus: &Bus, digest: &mut Digest) {
    let mut random = o.seed | 1;
    for i in 0..o.count as u32 {
        pause_before(o, u64::from(i), &mut random);
        let mut stamp = [0u8; STAMP_LENGTH];
        stamp[..4].copy_from_slice(&i.to_le_bytes());
        stamp[4..8].copy_from_slice(&std::process::id().to_le_bytes());
        stamp[8..].copy_from_slice(&clock_ns().to_le_bytes());
        let guard = acquire(bus, STAMP_LENGTH);
        guard.write(&stamp);
        guard.commit(STAMP_LENGTH, i).unwrap_or_else(|error| fail(error));
        digest.messages += 1;
        digest.bytes += STAMP_LENGTH as u64;
    }
}

struct Consumption<'a> {
    o: &'a Options,
    stream: Stream,
    digest: &'a mut Digest,
    first_wrong: i64,
    sleeps: u64,
    long_sleeps: u64,
    longest_sleep_ms: f64,
    lateness: Lateness,
}

impl Consumption<'_> {
    fn waited(&mut self, began: Instant) {
        let ms = began.elapsed().as_secs_f64() * 1e3;
        self.sleeps += u64::from(ms > ASLEEP_MS);
        self.long_sleeps += u64::from(ms > LATE_MS);
        self.longest_sleep_ms = self.longest_sleep_ms.max(ms);
    }

    fn take(&mut self, payload: &[u8], type_id: u32) {
        let index = self.digest.messages;
        let right = if self.o.wake_bench { self.is_stamp(payload, index) } else { self.is_expected(payload, type_id) };
        if !right && self.first_wrong < 0 {
            self.first_wrong = index as i64;
        }
        self.digest.add(payload, type_id);
    }

    fn is_expected(&mut self, payload: &[u8], type_id: u32) -> bool {
        let message: Message = self.stream.next();
        type_id == message.type_id && payload == self.stream.payload(&message)
    }

    fn is_stamp(&mut self, payload: &[u8], index: u64) -> bool {
        if payload.len() != STAMP_LENGTH {
            return false;
        }
        let word = |at: usize| u32::from_le_bytes(payload[at..at + 4].try_into().unwrap());
        let published_ns = u64::from_le_bytes(payload[8..].try_into().unwrap());
        self.lateness.add((clock_ns() - published_ns) as f64 / 1e6, word(4));
        word(0) == index as u32
    }
}

fn consume(bus: &Bus, c: &mut Consumption<'_>) {
    let o = c.o;
    let mut random = o.seed | 1;
    while c.digest.messages < o.count {
        if !o.wake_bench {
            pause_before(o, c.digest.messages, &mut random);
        }
        let began = Instant::now();
        if o.batch > 0 {
            let most = o.batch.min((o.count - c.digest.messages) as usize);
            let batch = bus.drain_batch(most, o.spins).unwrap_or_else(|error| fail(error));
            c.waited(began);
            for message in &batch {
                c.take(message.data(), message.type_id());
            }
            batch.commit().unwrap_or_else(|error| fail(error));
        } else {
            let guard = bus.acquire_rx(o.spins).unwrap_or_else(|error| fail(error));
            c.waited(began);
            c.take(guard.data(), guard.type_id);
            guard.commit().unwrap_or_else(|error| fail(error));
        }
        die_when_due(o, c.digest.messages);
    }
}

/// Ends a process that waits for ever, whatever happened to those that started it.
fn watch(deadline_s: u64) {
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(deadline_s));
        fail("deadline")
    });
}

fn main() {
    let o = Options::parse();
    watch(o.deadline_s);
    let mut digest = Digest::new();
    let mut c = Consumption {
        o: &o,
        stream: Stream::new(o.seed, &o.sizes),
        digest: &mut digest,
        first_wrong: -1,
        sleeps: 0,
        long_sleeps: 0,
        longest_sleep_ms: 0.0,
        lateness: Lateness::default(),
    };
    let bus = open(&o);
    if !o.produces {
        if o.pure_spin {
            bus.set_polling_mode(1);
        }
        consume(&bus, &mut c);
    } else if o.wake_bench {
        produce_wakes(&o, &bus, c.digest);
    } else {
        produce(&o, &bus, c.digest);
    }
    drop(bus);
    println!(
        "{{\"messages\":{},\"bytes\":{},\"hash\":\"{:08x}\",\"firstWrong\":{},\"sleeps\":{},\"longSleeps\":{},\
         \"longestSleepMs\":{:.3},\"lateMessages\":{},\"latestMs\":{:.3}}}",
        c.digest.messages, c.digest.bytes, c.digest.hash, c.first_wrong, c.sleeps, c.long_sleeps,
        c.longest_sleep_ms, c.lateness.late_messages, c.lateness.latest_ms,
    );
    if o.hold {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
    }
}
