//! The messages that both ends of a test know beforehand: the rules are in `stand-in/stream.h`.

pub const MAX_SIZE: u32 = 1 << 19;
const NOISE_LENGTH: usize = 1 << 20;

pub fn draw(random: &mut u32) -> u32 {
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    *random
}

pub struct Stream {
    random: u32,
    index: u64,
    sizes: Vec<(u32, u32)>,
    noise: Vec<u8>,
}

#[derive(Clone, Copy)]
pub struct Message {
    pub size: u32,
    pub type_id: u32,
    offset: usize,
}

/// `0,1,63-65`: payload sizes in turn, each `N` or `A-B`.
pub fn parse_sizes(text: &str) -> Option<Vec<(u32, u32)>> {
    text.split(',')
        .map(|item| {
            let (least, most) = item.split_once('-').unwrap_or((item, item));
            let range = (least.parse().ok()?, most.parse().ok()?);
            (range.0 <= range.1 && range.1 <= MAX_SIZE).then_some(range)
        })
        .collect()
}

impl Stream {
    pub fn new(seed: u32, sizes: &[(u32, u32)]) -> Self {
        let mut random = if seed == 0 { 1 } else { seed };
        let noise = (0..NOISE_LENGTH / 4)
            .flat_map(|_| draw(&mut random).to_le_bytes())
            .collect();
        Stream { random, index: 0, sizes: sizes.to_vec(), noise }
    }

    pub fn next(&mut self) -> Message {
        let (a, b, c) = (draw(&mut self.random), draw(&mut self.random), draw(&mut self.random));
        let (least, most) = self.sizes[(self.index % self.sizes.len() as u64) as usize];
        let type_id = match self.index % 64 {
            0 => 0xFFFF_FFFF,
            1 => 0x8000_0000,
            2 => 0,
            _ => a,
        };
        self.index += 1;
        Message { size: least + b % (most - least + 1), type_id, offset: (c % MAX_SIZE) as usize }
    }

    pub fn payload(&self, message: &Message) -> &[u8] {
        &self.noise[message.offset..message.offset + message.size as usize]
    }
}

/// CRC-32 over size, type id and payload of each message in turn.
pub struct Digest {
    table: [[u32; 256]; 4],
    pub hash: u32,
    pub messages: u64,
    pub bytes: u64,
}

impl Digest {
    pub fn new() -> Self {
        let mut table = [[0u32; 256]; 4];
        for i in 0..256 {
            table[0][i] = (0..8).fold(i as u32, |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()));
        }
        for i in 0..256 {
            for t in 1..4 {
                let shorter = table[t - 1][i];
                table[t][i] = (shorter >> 8) ^ table[0][(shorter & 0xFF) as usize];
            }
        }
        Digest { table, hash: 0, messages: 0, bytes: 0 }
    }

    pub fn add(&mut self, payload: &[u8], type_id: u32) {
        self.feed(&(payload.len() as u32).to_le_bytes());
        self.feed(&type_id.to_le_bytes());
        self.feed(payload);
        self.messages += 1;
        self.bytes += payload.len() as u64;
    }

    fn feed(&mut self, bytes: &[u8]) {
        let table = &self.table;
        let mut crc = !self.hash;
        let mut words = bytes.chunks_exact(4);
        for word in words.by_ref() {
            crc ^= u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            crc = table[3][(crc & 0xFF) as usize]
                ^ table[2][((crc >> 8) & 0xFF) as usize]
                ^ table[1][((crc >> 16) & 0xFF) as usize]
                ^ table[0][(crc >> 24) as usize];
        }
        for byte in words.remainder() {
            crc = (crc >> 8) ^ table[0][((crc ^ u32::from(*byte)) & 0xFF) as usize];
        }
        self.hash = !crc;
    }
}
