//! How late the stamped messages of a wake bench are: the same as `stand-in/lateness.c`, where the reasons are.

const LATE_MS: f64 = 50.0;
const IN_TIME_MS: f64 = 5.0;
const MESSAGES_PER_READING: u64 = 50;

#[derive(Default)]
pub struct Lateness {
    pub late_messages: u64,
    pub latest_ms: f64,
    messages: u64,
    known_delay_ms: f64,
}

fn run_delay_ms(pid: u32) -> f64 {
    std::fs::read_to_string(format!("/proc/{pid}/schedstat"))
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<f64>().ok())
        .map_or(0.0, |delay_ns| delay_ns / 1e6)
}

fn both_delays_ms(producer_pid: u32) -> f64 {
    run_delay_ms(std::process::id()) + run_delay_ms(producer_pid)
}

impl Lateness {
    pub fn add(&mut self, waited_ms: f64, producer_pid: u32) {
        self.latest_ms = self.latest_ms.max(waited_ms);
        if waited_ms > LATE_MS && waited_ms - (both_delays_ms(producer_pid) - self.known_delay_ms) > LATE_MS {
            self.late_messages += 1;
        }
        if self.messages % MESSAGES_PER_READING == 0 && waited_ms < IN_TIME_MS {
            self.known_delay_ms = both_delays_ms(producer_pid);
        }
        self.messages += 1;
    }
}
