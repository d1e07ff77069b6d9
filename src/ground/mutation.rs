//! What tests try on parsers: samples with bytes changed, cut, doubled and mixed. The same ones each time, so that what is
//! found is found again; it is then kept as a sample of its own.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Bytes that mean something to one parser or another.
const MEANINGFUL: &[u8] = b"\0\x01\x04\x7f\x80\xff\n\r\t '\"\\`$#-=:,.;/[]{}()<>|&*?!~09azAZ";
/// So long may a mutant become.
const LONGEST: usize = 8 * 1024;

/// Calls `each` with the samples, then with `count` mutants of them. A mutant at which it panics is printed.
pub fn each_mutant(samples: &[&[u8]], count: usize, each: impl Fn(&[u8])) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mutants = (0..count).map(|_| random.mutant(samples));
    for input in samples.iter().map(|sample| sample.to_vec()).chain(mutants) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| each(&input))) {
            eprintln!("found by: b\"{}\"", input.escape_ascii());
            resume_unwind(panic);
        }
    }
}

/// xorshift64: Marsaglia, Xorshift RNGs, 2003.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// A range of at most 64 bytes in something of this length.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(64)).min(length)
    }

    fn byte(&mut self) -> u8 {
        if self.below(4) == 0 { self.below(256) as u8 } else { MEANINGFUL[self.below(MEANINGFUL.len())] }
    }

    fn mutant(&mut self, samples: &[&[u8]]) -> Vec<u8> {
        let mut bytes = samples[self.below(samples.len())].to_vec();
        for _ in 0..=self.below(4) {
            let at = self.range(bytes.len());
            let put = match self.below(6) {
                0 | 1 => vec![self.byte()],
                2 => Vec::new(),
                3 => bytes[at.clone()].repeat(2),
                4 => {
                    let other = samples[self.below(samples.len())];
                    other[self.range(other.len())].to_vec()
                }
                _ => {
                    bytes.truncate(at.start);
                    continue;
                }
            };
            // A byte takes the place of one, or comes between two.
            let taken = if put.len() == 1 { at.start..(at.start + self.below(2)).min(bytes.len()) } else { at };
            bytes.splice(taken, put);
        }
        bytes.truncate(LONGEST);
        bytes
    }
}
