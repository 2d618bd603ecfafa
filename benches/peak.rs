//! The peak of fused multiply-adds, and the time of a meeting of two threads: what shares of peak in
//! the tables are shares of.
//!
//! `peak [avx512|avx2|neon|scalar]` prints `f32 <GFLOP/s of one core> <of all> f64 <..> <..> barrier <ns>`.

use std::hint::black_box;
use std::sync::Mutex;
use std::time::Instant;

use dlcore_kernels::simd::{Element, Isa, Kernel, Simd, Vector};
use dlcore_kernels::team;

/// Chains of multiply-adds, enough of them to hide the latency of each and few enough for registers.
struct Chains<T> {
    rounds: usize,
    numbers: [T; 2],
}

impl<T: Element> Kernel for Chains<T> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self) -> f64 {
        if S::TILE_ROWS * S::TILE_VECTORS >= 24 { self.chains::<S, 24>() } else { self.chains::<S, 6>() }
    }
}

impl<T: Element> Chains<T> {
    /// Floating-point operations.
    #[inline(always)]
    fn chains<S: Simd, const COUNT: usize>(self) -> f64 {
        let [factor, addend] = self.numbers.map(T::Vector::<S>::splat);
        let mut sums = [addend; COUNT];
        for _ in 0..self.rounds {
            for sum in &mut sums {
                *sum = factor.mul_add(*sum, addend);
            }
        }
        for sum in sums {
            black_box(sum.sum());
        }
        (self.rounds * COUNT * T::LANES * 2) as f64
    }
}

/// GFLOP/s of so many threads: the best of several tries.
fn peak<T: Element>(isa: Isa, threads: usize) -> f64 {
    let best = Mutex::new(vec![0.0_f64; threads]);
    let work = |member: usize, _: usize, barrier: &team::Barrier| {
        for _ in 0..7 {
            barrier.wait(member);
            let numbers = black_box([T::from_f64(0.5), T::from_f64(0.25)]);
            let start = Instant::now();
            let operations = isa.run(Chains { rounds: 400_000, numbers });
            let rate = operations / start.elapsed().as_secs_f64() / 1e9;
            let mut best = best.lock().expect("no thread panics");
            best[member] = best[member].max(rate);
        }
    };
    team::run(threads, work, |members, barrier| work(0, members, barrier));
    best.into_inner().expect("no thread panics").iter().sum()
}

/// Nanoseconds of a meeting: the best of several tries, and no more of them than fit in a tenth of a second
/// (where another process holds a core, members wait for each other asleep).
fn barrier(threads: usize) -> f64 {
    const MEETINGS: usize = 2_000;
    let meet = |member: usize, barrier: &team::Barrier| {
        let start = Instant::now();
        for _ in 0..MEETINGS {
            barrier.wait(member);
        }
        start.elapsed().as_secs_f64() * 1e9 / MEETINGS as f64
    };
    let begun = Instant::now();
    let mut best = f64::INFINITY;
    while best.is_infinite() || begun.elapsed().as_secs_f64() < 0.1 {
        let caller = |_, barrier: &team::Barrier| meet(0, barrier);
        best = best.min(team::run(threads, |member, _, barrier| _ = meet(member, barrier), caller));
    }
    best
}

fn main() {
    let name = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let isa = name.map_or(Isa::best(), |name| Isa::named(&name).expect("a set of this machine"));
    let all = team::threads();
    println!(
        "f32 {:.1} {:.1} f64 {:.1} {:.1} barrier {:.0}",
        peak::<f32>(isa, 1),
        peak::<f32>(isa, all),
        peak::<f64>(isa, 1),
        peak::<f64>(isa, all),
        barrier(all)
    );
}
