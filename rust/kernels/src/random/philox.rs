//! Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
//! SC'11): a keyed bijection of 128-bit counters, whose output is uniform enough to pass all of
//! TestU01's BigCrush.
//!
//! A round takes the four words of the counter as two pairs:
//!
//! 1. The first of each pair is multiplied by a constant; a product has a high and a low word.
//! 2. The low words pass on. Each high word is mixed (exclusive or) into the second word of the
//!    *other* pair, together with a word of the key.
//! 3. The key takes a step: a constant is added to each word (a Weyl sequence).
//!
//! Ten rounds make a block of four words.

/// The multipliers of step 1.
const MULTIPLIERS: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];
/// The steps of the key: the golden ratio and sqrt(3) - 1, as fractions of 2^32.
const KEY_STEPS: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
const ROUNDS: usize = 10;
const LANES: usize = 16;

/// One block: four random words for a counter and a key.
pub fn philox4x32(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let mut block = counter.map(u64::from);
    let mut key = key;
    for _ in 0..ROUNDS {
        block = round(block, key);
        key = next_key(key);
    }
    block.map(|word| word as u32)
}

/// Sixteen blocks whose counters differ by 0..16 (wrapping) in word 0; word `w` of block `l` is at
/// `[w][l]`.
///
/// Plain loops over arrays, which become vector instructions where this is inlined into a
/// [`Kernel`](crate::simd::Kernel).
#[inline(always)]
pub fn philox4x32_lanes(counter: [u32; 4], key: [u32; 2]) -> [[u32; 16]; 4] {
    let mut blocks = counter.map(|word| [u64::from(word); LANES]);
    for lane in 0..LANES {
        blocks[0][lane] += lane as u64;
    }
    let mut key = key;
    for _ in 0..ROUNDS {
        let [a, b, c, d] = blocks;
        for lane in 0..LANES {
            let block = round([a[lane], b[lane], c[lane], d[lane]], key);
            blocks[0][lane] = block[0];
            blocks[1][lane] = block[1];
            blocks[2][lane] = block[2];
            blocks[3][lane] = block[3];
        }
        key = next_key(key);
    }
    let mut words = [[0; LANES]; 4];
    for word in 0..4 {
        for lane in 0..LANES {
            words[word][lane] = blocks[word][lane] as u32;
        }
    }
    words
}

/// Steps 1 and 2. A word is the lower half of a `u64`, and what is in the upper half does not matter:
/// so a product can stand for its low word, and vectors need no shuffling between the two widths.
#[inline(always)]
fn round([a, b, c, d]: [u64; 4], key: [u32; 2]) -> [u64; 4] {
    const LOW: u64 = u32::MAX as u64;
    let first = (a & LOW) * MULTIPLIERS[0];
    let second = (c & LOW) * MULTIPLIERS[1];
    [second >> 32 ^ b ^ u64::from(key[0]), second, first >> 32 ^ d ^ u64::from(key[1]), first]
}

/// Step 3.
#[inline(always)]
fn next_key(key: [u32; 2]) -> [u32; 2] {
    [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::{Isa, Kernel, Simd};

    /// The known answers that the authors publish with their library, Random123 (kat_vectors).
    #[test]
    fn published_answers_are_met() {
        let cases = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0],
                [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
            ),
        ];
        for (counter, key, expected) in cases {
            assert_eq!(philox4x32(counter, key), expected, "counter {counter:x?}, key {key:x?}");
        }
    }

    struct Lanes {
        counter: [u32; 4],
        key: [u32; 2],
    }

    impl Kernel for Lanes {
        type Output = [[u32; 16]; 4];
        #[inline(always)]
        fn run<S: Simd>(self) -> Self::Output {
            philox4x32_lanes(self.counter, self.key)
        }
    }

    #[test]
    fn lanes_equal_single_blocks() {
        for isa in Isa::available() {
            for counter in [[0; 4], [u32::MAX - 5, u32::MAX, 3, 4], [0x243f_6a88, 1, 2, 0x8000_0000]] {
                let key = [0xa409_3822, counter[3]];
                let blocks = isa.run(Lanes { counter, key });
                for lane in 0..LANES {
                    let [first, rest @ ..] = counter;
                    let own = [first.wrapping_add(lane as u32), rest[0], rest[1], rest[2]];
                    let block = std::array::from_fn(|word| blocks[word][lane]);
                    assert_eq!(philox4x32(own, key), block, "{} lane {lane}", isa.name());
                }
            }
        }
    }
}
