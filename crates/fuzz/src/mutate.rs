//! Inputs made of others, the same for the same seed.

/// The longest input that is made.
const MAXIMUM: usize = 64 * 1024;

/// How many changes one input gets at most.
const CHANGES: usize = 6;

/// A generator of inputs (SplitMix64).
#[derive(Clone, Debug)]
pub struct Mutator(u64);

impl Mutator {
    /// The same seed makes the same inputs.
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// One of `inputs` with a few changes: bytes turned, cut, repeated, words put in, another
    /// input spliced on.
    pub fn mutate(&mut self, inputs: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
        let mut input = self.one_of(inputs).cloned().unwrap_or_default();
        for _ in 0..=self.below(CHANGES) {
            self.change(&mut input, inputs, words);
            input.truncate(MAXIMUM);
        }
        input
    }

    /// An input in which one piece of another is repeated until it has about `size` bytes:
    /// what shows a cost that grows faster than its input.
    pub fn grow(&mut self, input: &[u8], seed: u64, size: usize) -> Vec<u8> {
        // The same piece for every size.
        let mut pick = Self::seeded(seed);
        let (start, end) = pick.range(input.len());
        let piece = input.get(start..end).unwrap_or_default();
        let times = size / piece.len().max(1);
        let (before, after) = input.split_at_checked(end).unwrap_or((input, &[]));
        [before, &piece.repeat(times), after].concat()
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn change(&mut self, input: &mut Vec<u8>, inputs: &[Vec<u8>], words: &[&str]) {
        let (start, end) = self.range(input.len());
        match self.below(8) {
            0 => self.turn_bit(input),
            1 => {
                let byte = self.byte();
                input.splice(start..start, [byte]);
            }
            2 => drop(input.drain(start..end)),
            3 => {
                let piece = input.get(start..end).unwrap_or_default().to_vec();
                input.splice(end..end, piece);
            }
            4 => input.truncate(end),
            5 => {
                let other = self.one_of(inputs).cloned().unwrap_or_default();
                let (from, to) = self.range(other.len());
                let piece = other.get(from..to).unwrap_or_default().to_vec();
                input.splice(start..end, piece);
            }
            6 => {
                let word = self.one_of(words).copied().unwrap_or_default();
                input.splice(start..start, word.bytes());
            }
            _ => {
                let word = self.one_of(words).copied().unwrap_or_default();
                input.splice(start..end, word.bytes());
            }
        }
    }

    fn turn_bit(&mut self, input: &mut [u8]) {
        let (at, bit) = (self.below(input.len()), self.below(8));
        if let Some(byte) = input.get_mut(at) {
            *byte ^= 1 << bit;
        }
    }

    /// Bytes that mean something are drawn more often.
    fn byte(&mut self) -> u8 {
        let known = b"\"\\{}[]:,\r\n \0#%./=*-+0eE\xff\xc3";
        match self.below(2) {
            0 => self.one_of(known).copied().unwrap_or_default(),
            _ => u8::try_from(self.draw() % 256).unwrap_or_default(),
        }
    }

    /// A range within `length`, short more often than long.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let start = self.below(length + 1);
        let room = length - start;
        let longest = match self.below(4) {
            0 => room,
            _ => room.min(16),
        };
        (start, start + self.below(longest + 1))
    }

    fn one_of<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        items.get(self.below(items.len()))
    }

    /// A number below `bound`; 0 if there is none.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.draw() % bound).unwrap_or_default()
    }
}
