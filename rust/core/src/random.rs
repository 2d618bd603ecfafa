//! Random numbers for initial weights and for the order of rows, the same on every machine.
//!
//! All are drawn from Philox with the caller's seed as key; the counter's last word tells the uses
//! apart (dropout has its own there, below 2^31).

use dlcore_kernels::memory;
use dlcore_kernels::random::philox4x32_lanes;
use dlcore_kernels::simd::{Element, Isa, Kernel, Simd};

use crate::elementary;
use crate::error::Error;

const WEIGHTS: u32 = 0x8000_0000;
const SHUFFLE: u32 = 0x8000_0001;

/// Sixty-four words from each call of the generator.
const BLOCK: usize = 64;

/// A stream of random words.
struct Words {
    isa: Isa,
    key: [u32; 2],
    stream: u32,
    calls: u32,
    block: [u32; BLOCK],
    used: usize,
}

impl Words {
    fn new(isa: Isa, seed: u64, stream: u32) -> Self {
        let key = [seed as u32, (seed >> 32) as u32];
        Self { isa, key, stream, calls: 0, block: [0; BLOCK], used: BLOCK }
    }

    fn next(&mut self) -> u32 {
        if self.used == BLOCK {
            self.block = self.isa.run(Draw { counter: [0, self.calls, 0, self.stream], key: self.key });
            self.calls += 1;
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// Strictly between 0 and 1.
    fn unit(&mut self) -> f64 {
        (f64::from(self.next()) + 0.5) / 4_294_967_296.0
    }
}

struct Draw {
    counter: [u32; 4],
    key: [u32; 2],
}

impl Kernel for Draw {
    type Output = [u32; BLOCK];

    #[inline(always)]
    fn run<S: Simd>(self) -> [u32; BLOCK] {
        let words = philox4x32_lanes(self.counter, self.key);
        let mut block = [0; BLOCK];
        for (to, from) in block.chunks_exact_mut(16).zip(words) {
            to.copy_from_slice(&from);
        }
        block
    }
}

/// Uniform between two numbers.
pub fn uniform<T: Element>(isa: Isa, seed: u64, low: f64, high: f64, to: &mut [T]) {
    let mut words = Words::new(isa, seed, WEIGHTS);
    for value in to {
        *value = T::from_f64((high - low).mul_add(words.unit(), low));
    }
}

/// Normal, redrawn where farther than `bound` standard deviations from the mean (infinity: never).
///
/// Marsaglia's polar method: a point in the unit circle gives two independent numbers.
pub fn normal<T: Element>(
    isa: Isa,
    seed: u64,
    mean: f64,
    deviation: f64,
    bound: f64,
    to: &mut [T],
) -> Result<(), Error> {
    let mut words = Words::new(isa, seed, WEIGHTS);
    let mut filled = 0;
    let (mut points, mut logs) = (Vec::new(), Vec::new());
    while filled < to.len() {
        points.clear();
        logs.clear();
        while points.len() < (to.len() - filled).div_ceil(2).min(512) {
            let (u, v) = (2.0 * words.unit() - 1.0, 2.0 * words.unit() - 1.0);
            let square = u * u + v * v;
            if square < 1.0 && square > 0.0 {
                points.push((u, v, square));
                logs.push(square);
            }
        }
        elementary::apply(isa, "log", &mut logs)?;
        for (&(u, v, square), log) in points.iter().zip(&logs) {
            let factor = (-2.0 * log / square).sqrt();
            for z in [u * factor, v * factor] {
                if z.abs() <= bound && filled < to.len() {
                    to[filled] = T::from_f64(deviation.mul_add(z, mean));
                    filled += 1;
                }
            }
        }
    }
    Ok(())
}

/// The indices below `count` in random order (Fisher and Yates). A word times what is left, divided
/// by 2^32, picks the next: uneven by at most count / 2^32.
pub fn shuffle(isa: Isa, seed: u64, count: u32) -> Result<Vec<u32>, Error> {
    let mut words = Words::new(isa, seed, SHUFFLE);
    let mut order = memory::room(count as usize, "the order of rows")?;
    order.extend(0..count);
    for last in (1..order.len()).rev() {
        let pick = (u64::from(words.next()) * (last as u64 + 1)) >> 32;
        order.swap(last, pick as usize);
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_on_every_instruction_set() {
        let draw = |isa| {
            let mut values = vec![0.0_f64; 1001];
            normal(isa, 5, 1.0, 2.0, 2.0, &mut values).unwrap();
            (values, shuffle(isa, 9, 1000).unwrap())
        };
        for isa in Isa::available() {
            assert_eq!(draw(isa), draw(Isa::best()), "{}", isa.name());
        }
    }

    #[test]
    fn moments() {
        let mut values = vec![0.0_f64; 40_000];
        let moments = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            (mean, (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt())
        };
        normal(Isa::best(), 1, 3.0, 2.0, f64::INFINITY, &mut values).unwrap();
        let (mean, deviation) = moments(&values);
        assert!((mean - 3.0).abs() < 0.05 && (deviation - 2.0).abs() < 0.05, "{mean} {deviation}");
        normal(Isa::best(), 1, 0.0, 1.0, 2.0, &mut values).unwrap();
        let (mean, deviation) = moments(&values);
        assert!(mean.abs() < 0.02 && (deviation - 0.8796).abs() < 0.02, "{mean} {deviation}");
        assert!(values.iter().all(|x| x.abs() <= 2.0));
        uniform(Isa::best(), 1, -1.0, 3.0, &mut values);
        let (mean, deviation) = moments(&values);
        assert!(
            (mean - 1.0).abs() < 0.03 && (deviation - 4.0 / 12.0_f64.sqrt()).abs() < 0.03,
            "{mean} {deviation}"
        );
    }

    #[test]
    fn a_shuffle_is_a_permutation() {
        let mut order = shuffle(Isa::best(), 3, 10_000).unwrap();
        let fixed = order.iter().enumerate().filter(|(i, x)| *i as u32 == **x).count();
        assert!(fixed < 10, "{fixed} rows stayed where they were");
        order.sort_unstable();
        assert!(order.iter().enumerate().all(|(i, x)| i as u32 == *x));
    }
}
