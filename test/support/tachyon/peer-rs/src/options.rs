//! The command line of `stand-in/options.c`, as far as Tachyon's API can follow it.

use crate::stream::parse_sizes;

const USAGE: &str = "tachyon-peer listen|connect produce|consume PATH
  --capacity N --count N --seed N --sizes LIST --spins N --flush-every N --pause-every N --pause-us A[-B]
  --rollback-every N --die-at N --wake-bench --hold --retry-ms N --deadline-s N   as in the stand-in peer
  --wait futex|spin-blocking   consume: how to receive; the API has no receive that never blocks
  --batch N                    consume: drain up to N at a time (0: one by one)";

pub struct Options {
    pub listens: bool,
    pub produces: bool,
    pub path: String,
    pub capacity: usize,
    pub count: u64,
    pub seed: u32,
    pub sizes: Vec<(u32, u32)>,
    pub pure_spin: bool,
    pub spins: u32,
    pub batch: usize,
    pub flush_every: u64,
    pub pause_every: u64,
    pub pause_us: (u32, u32),
    pub rollback_every: u64,
    pub die_at: u64,
    pub wake_bench: bool,
    pub hold: bool,
    pub retry_ms: u64,
    pub deadline_s: u64,
}

fn usage(complaint: &str) -> ! {
    eprintln!("{complaint}\n{USAGE}");
    std::process::exit(2)
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| usage(text))
}

fn choose(text: &str, yes: &str, no: &str) -> bool {
    if text != yes && text != no {
        usage(text)
    }
    text == yes
}

impl Options {
    pub fn parse() -> Options {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let [place, role, path, rest @ ..] = arguments.as_slice() else {
            usage("a place, a role and a path are needed")
        };
        let mut o = Options {
            listens: choose(place, "listen", "connect"),
            produces: choose(role, "produce", "consume"),
            path: path.clone(),
            capacity: 65536,
            count: 1000,
            seed: 1,
            sizes: vec![(0, 200)],
            pure_spin: false,
            spins: 10000,
            batch: 0,
            flush_every: 1,
            pause_every: 0,
            pause_us: (100, 100),
            rollback_every: 0,
            die_at: 0,
            wake_bench: false,
            hold: false,
            retry_ms: 0,
            deadline_s: 120,
        };
        let mut rest = rest.iter();
        while let Some(name) = rest.next() {
            match name.as_str() {
                "--wake-bench" => o.wake_bench = true,
                "--hold" => o.hold = true,
                name => o.set(name, rest.next().unwrap_or_else(|| usage(name))),
            }
        }
        o
    }

    fn set(&mut self, name: &str, value: &str) {
        match name {
            "--capacity" => self.capacity = number(value),
            "--count" => self.count = number(value),
            "--seed" => self.seed = number(value),
            "--sizes" => self.sizes = parse_sizes(value).unwrap_or_else(|| usage(value)),
            "--wait" => self.pure_spin = choose(value, "spin-blocking", "futex"),
            "--spins" => self.spins = number(value),
            "--batch" => self.batch = number(value),
            "--flush-every" => self.flush_every = number(value),
            "--pause-every" => self.pause_every = number(value),
            "--pause-us" => {
                let (least, most) = value.split_once('-').unwrap_or((value, value));
                self.pause_us = (number(least), number(most));
            }
            "--rollback-every" => self.rollback_every = number(value),
            "--die-at" => self.die_at = number(value),
            "--retry-ms" => self.retry_ms = number(value),
            "--deadline-s" => self.deadline_s = number(value),
            _ => usage(name),
        }
    }
}
