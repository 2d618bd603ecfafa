//! Every operation on every available set, lane by lane against plain Rust, at ordinary and at awkward
//! values; and a digest that holds other architectures to the same bits.

use super::{Element, Isa, Kernel, Simd, Vector};

/// What the plain side needs to know of a lane.
trait Lane: Element {
    const WIDTH: u32;
    fn bits(self) -> u64;
    fn of(bits: u64) -> Self;
    fn fused(self, factor: Self, addend: Self) -> Self;
    fn root(self) -> Self;
}

macro_rules! lane {
    ($elem:ty, $bits:ty) => {
        impl Lane for $elem {
            const WIDTH: u32 = <$bits>::BITS;
            fn bits(self) -> u64 {
                u64::from(self.to_bits())
            }
            fn of(bits: u64) -> Self {
                Self::from_bits(bits as $bits)
            }
            fn fused(self, factor: Self, addend: Self) -> Self {
                self.mul_add(factor, addend)
            }
            fn root(self) -> Self {
                self.sqrt()
            }
        }
    };
}

lane!(f32, u32);
lane!(f64, u64);

/// xorshift64 (Marsaglia, 2003); the tests need no better.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// Zeros, infinities, NaN, the ends of the normal and the subnormal range, and numbers in between.
fn awkward<T: Lane>() -> Vec<T> {
    let fraction = if T::WIDTH == 32 { 23 } else { 52 };
    let infinity = ((1u64 << (T::WIDTH - 1 - fraction)) - 1) << fraction;
    let mut values = Vec::new();
    for positive in [
        0,
        1,
        2,
        (1 << fraction) - 1,
        1 << fraction,
        (1 << fraction) + 1,
        infinity - 1,
        infinity,
        infinity | 1 << (fraction - 1),
        T::from_f64(1.0).bits(),
        T::from_f64(1.5).bits(),
        T::from_f64(1.0).bits() + 1,
        T::from_f64(0.3).bits(),
        T::from_f64(7e9).bits(),
    ] {
        values.push(T::of(positive));
        values.push(T::of(positive | 1 << (T::WIDTH - 1)));
    }
    values
}

/// Triples of vectors: each awkward value meets each other, and then random bit patterns.
fn triples<T: Lane>() -> Vec<[[T; 16]; 3]> {
    let values = awkward::<T>();
    let mut random = Random(0x1234_5678_9abc_def1);
    let mut triples = Vec::new();
    for shift in 0..values.len() {
        for start in (0..values.len()).step_by(T::LANES) {
            let at = |i: usize| values[i % values.len()];
            triples.push([
                std::array::from_fn(|i| at(start + i)),
                std::array::from_fn(|i| at(start + i + shift)),
                std::array::from_fn(|i| at(start + 3 * i + 5 * shift)),
            ]);
        }
    }
    for _ in 0..200 {
        triples.push(std::array::from_fn(|_| std::array::from_fn(|_| T::of(random.next()))));
    }
    triples
}

/// The results of all operations with their names, as lanes; masks as bits in lane 0.
struct AllOperations<'a, T> {
    operands: &'a [[T; 16]; 3],
}

/// A result: lanes that may be NaN of any payload, lanes whose bits count, or a mask.
#[derive(Debug)]
enum Found<T> {
    Number([T; 16]),
    Bits([T; 16]),
    Mask(u32),
}

impl<T: Lane> Kernel for AllOperations<'_, T> {
    type Output = Vec<(&'static str, Found<T>)>;
    #[inline(always)]
    fn run<S: Simd>(self) -> Self::Output {
        use Found::{Bits, Mask, Number};
        let [a, b, c] = self.operands;
        let (a, b, c) = (T::Vector::<S>::load(a), T::Vector::<S>::load(b), T::Vector::<S>::load(c));
        let (less, same) = (a.lt(b), b.equal(c));
        let bits = T::Vector::<S>::mask_to_bits;
        vec![
            ("add", Number((a + b).to_lanes())),
            ("sub", Number((a - b).to_lanes())),
            ("mul", Number((a * b).to_lanes())),
            ("div", Number((a / b).to_lanes())),
            ("mul_add", Number(a.mul_add(b, c).to_lanes())),
            ("sqrt", Number(a.sqrt().to_lanes())),
            ("neg", Bits((-a).to_lanes())),
            ("abs", Bits(a.abs().to_lanes())),
            ("copy_sign", Bits(a.copy_sign(b).to_lanes())),
            ("and", Bits(a.and(b).to_lanes())),
            ("or", Bits(a.or(b).to_lanes())),
            ("xor", Bits(a.xor(b).to_lanes())),
            ("shift_left 1", Bits(a.shift_left::<1>().to_lanes())),
            ("shift_left 23", Bits(a.shift_left::<23>().to_lanes())),
            ("shift_right 1", Bits(a.shift_right::<1>().to_lanes())),
            ("shift_right 23", Bits(a.shift_right::<23>().to_lanes())),
            ("int_add", Bits(a.int_add(b).to_lanes())),
            ("int_sub", Bits(a.int_sub(b).to_lanes())),
            ("lt", Mask(bits(less))),
            ("le", Mask(bits(a.le(b)))),
            ("equal", Mask(bits(a.equal(b)))),
            ("bits_equal", Mask(bits(a.bits_equal(b)))),
            ("is_finite", Mask(bits(a.is_finite()))),
            ("both", Mask(bits(T::Vector::<S>::both(less, same)))),
            ("either", Mask(bits(T::Vector::<S>::either(less, same)))),
            ("select", Bits(T::Vector::<S>::select(less, b, c).to_lanes())),
            ("at_least", Bits(a.at_least(b).to_lanes())),
            ("at_most", Bits(a.at_most(b).to_lanes())),
        ]
    }
}

/// The same list by plain loops.
fn plain<T: Lane>(operands: &[[T; 16]; 3]) -> Vec<(&'static str, Found<T>)> {
    use Found::{Bits, Mask, Number};
    let [a, b, c] = operands;
    let lanes = |f: &dyn Fn(T, T, T) -> T| {
        std::array::from_fn(|i| if i < T::LANES { f(a[i], b[i], c[i]) } else { T::default() })
    };
    let mask = |f: &dyn Fn(T, T, T) -> bool| (0..T::LANES).map(|i| u32::from(f(a[i], b[i], c[i])) << i).sum();
    let sign = 1u64 << (T::WIDTH - 1);
    let (all, finite) = (u64::MAX >> (64 - T::WIDTH), T::MAX.bits());
    vec![
        ("add", Number(lanes(&|a, b, _| a + b))),
        ("sub", Number(lanes(&|a, b, _| a - b))),
        ("mul", Number(lanes(&|a, b, _| a * b))),
        ("div", Number(lanes(&|a, b, _| a / b))),
        ("mul_add", Number(lanes(&|a, b, c| a.fused(b, c)))),
        ("sqrt", Number(lanes(&|a, _, _| a.root()))),
        ("neg", Bits(lanes(&|a, _, _| T::of(a.bits() ^ sign)))),
        ("abs", Bits(lanes(&|a, _, _| T::of(a.bits() & !sign)))),
        ("copy_sign", Bits(lanes(&|a, b, _| T::of(a.bits() & !sign | b.bits() & sign)))),
        ("and", Bits(lanes(&|a, b, _| T::of(a.bits() & b.bits())))),
        ("or", Bits(lanes(&|a, b, _| T::of(a.bits() | b.bits())))),
        ("xor", Bits(lanes(&|a, b, _| T::of(a.bits() ^ b.bits())))),
        ("shift_left 1", Bits(lanes(&|a, _, _| T::of(a.bits() << 1 & all)))),
        ("shift_left 23", Bits(lanes(&|a, _, _| T::of(a.bits() << 23 & all)))),
        ("shift_right 1", Bits(lanes(&|a, _, _| T::of(a.bits() >> 1)))),
        ("shift_right 23", Bits(lanes(&|a, _, _| T::of(a.bits() >> 23)))),
        ("int_add", Bits(lanes(&|a, b, _| T::of(a.bits().wrapping_add(b.bits()) & all)))),
        ("int_sub", Bits(lanes(&|a, b, _| T::of(a.bits().wrapping_sub(b.bits()) & all)))),
        ("lt", Mask(mask(&|a, b, _| a < b))),
        ("le", Mask(mask(&|a, b, _| a <= b))),
        ("equal", Mask(mask(&|a, b, _| a == b))),
        ("bits_equal", Mask(mask(&|a, b, _| a.bits() == b.bits()))),
        ("is_finite", Mask(mask(&|a, _, _| a.bits() & !sign <= finite))),
        ("both", Mask(mask(&|a, b, c| a < b && b == c))),
        ("either", Mask(mask(&|a, b, c| a < b || b == c))),
        ("select", Bits(lanes(&|a, b, c| if a < b { b } else { c }))),
        ("at_least", Bits(lanes(&|a, b, _| if a > b { a } else { b }))),
        ("at_most", Bits(lanes(&|a, b, _| if a < b { a } else { b }))),
    ]
}

fn same_number<T: Lane>(a: T, b: T) -> bool {
    a.bits() == b.bits() || a.to_f64().is_nan() && b.to_f64().is_nan()
}

fn agree<T: Lane>(found: &Found<T>, expected: &Found<T>) -> bool {
    match (found, expected) {
        (Found::Number(x), Found::Number(y)) => x.iter().zip(y).all(|(&x, &y)| same_number(x, y)),
        (Found::Bits(x), Found::Bits(y)) => x.iter().zip(y).all(|(x, y)| x.bits() == y.bits()),
        (Found::Mask(x), Found::Mask(y)) => x == y,
        _ => false,
    }
}

fn check_operations<T: Lane>() {
    for operands in triples::<T>() {
        let expected = plain(&operands);
        for isa in Isa::available() {
            let found = isa.run(AllOperations { operands: &operands });
            for ((name, found), (_, expected)) in found.iter().zip(&expected) {
                assert!(
                    agree(found, expected),
                    "{name} on {} of {operands:?}: {found:?}, expected {expected:?}",
                    isa.name()
                );
            }
        }
    }
}

#[test]
fn operations_equal_plain_loops() {
    check_operations::<f32>();
    check_operations::<f64>();
}

/// Whatever a mask can be comes back as it went in.
struct MaskRoundTrip<T>(T);

impl<T: Lane> Kernel for MaskRoundTrip<T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        for bits in 0..1u32 << T::LANES {
            let mask = T::Vector::<S>::mask_from_bits(bits);
            assert_eq!(T::Vector::<S>::mask_to_bits(mask), bits);
            let lanes =
                T::Vector::<S>::select(mask, T::Vector::<S>::one(), T::Vector::<S>::zero()).to_lanes();
            let set = (0..T::LANES).map(|i| u32::from(lanes[i] == T::from_f64(1.0)) << i).sum::<u32>();
            assert_eq!(set, bits);
        }
    }
}

#[test]
fn masks_round_trip() {
    for isa in Isa::available() {
        isa.run(MaskRoundTrip(0f32));
        isa.run(MaskRoundTrip(0f64));
    }
}

/// Loads, stores and their partial forms, for every count.
struct Parts<T>(T);

impl<T: Lane> Kernel for Parts<T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        let numbers: Vec<T> = (1..=20).map(|i| T::from_f64(f64::from(i))).collect();
        let whole = T::Vector::<S>::load(&numbers).to_lanes();
        assert_eq!(&whole[..T::LANES], &numbers[..T::LANES]);
        for count in 0..=20 {
            let read = count.min(T::LANES);
            let lanes = T::Vector::<S>::load_part(&numbers[..count]).to_lanes();
            assert_eq!(&lanes[..read], &numbers[..read]);
            assert!(lanes[read..].iter().all(|x| x.bits() == 0));

            let mut target = [T::from_f64(-1.0); 24];
            T::Vector::<S>::load(&numbers).store_part(&mut target[2..2 + count]);
            assert_eq!(&target[2..2 + read], &numbers[..read]);
            assert!(target[..2].iter().chain(&target[2 + read..]).all(|&x| x == T::from_f64(-1.0)));
        }
    }
}

#[test]
fn parts_touch_what_they_may() {
    for isa in Isa::available() {
        isa.run(Parts(0f32));
        isa.run(Parts(0f64));
    }
}

/// Blocks of every width, from rows in any order, into rows of another pitch.
struct Transpose<T>(T);

impl<T: Lane> Kernel for Transpose<T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        let to_pitch = T::LANES + 5;
        for count in 0..=T::LANES {
            // Exactly `count` long, so that a read too far is one beyond an allocation.
            let rows: Vec<Vec<T>> = (0..T::LANES)
                .map(|row| (0..count).map(|i| T::from_f64((100 * row + i) as f64)).collect())
                .collect();
            let from = std::array::from_fn(|lane| rows[lane * 7 % T::LANES].as_ptr());
            let mut to = vec![T::from_f64(-1.0); to_pitch * T::LANES];
            // SAFETY: each row has `count` elements, and `to` as many rows as a vector has lanes.
            unsafe { T::Vector::<S>::transpose(&from, count, to.as_mut_ptr(), to_pitch) };
            for (at, &found) in to.iter().enumerate() {
                let (i, lane) = (at / to_pitch, at % to_pitch);
                let inside = i < count && lane < T::LANES;
                let expected = if inside { rows[lane * 7 % T::LANES][i] } else { T::from_f64(-1.0) };
                assert_eq!(found, expected, "{count} wide: row {i}, column {lane}");
            }
        }
    }
}

#[test]
fn blocks_are_transposed() {
    for isa in Isa::available() {
        isa.run(Transpose(0f32));
        isa.run(Transpose(0f64));
    }
}

struct Sum<'a, T>(&'a [T; 16]);

impl<T: Lane> Kernel for Sum<'_, T> {
    type Output = T;
    #[inline(always)]
    fn run<S: Simd>(self) -> T {
        T::Vector::<S>::load(self.0).sum()
    }
}

struct Sums<'a, T>(&'a [[T; 16]; 16]);

impl<T: Lane> Kernel for Sums<'_, T> {
    type Output = ([T; 16], [T; 16]);
    #[inline(always)]
    fn run<S: Simd>(self) -> Self::Output {
        let vectors = self.0.map(|lanes| T::Vector::<S>::load(&lanes));
        (T::Vector::<S>::sums(&vectors).to_lanes(), vectors.map(T::Vector::<S>::sum))
    }
}

/// The sum written as a tree: two halves added lane by lane, and so on.
fn tree<T: Lane>(lanes: &[T]) -> T {
    if let [one] = lanes {
        return *one;
    }
    let (low, high) = lanes.split_at(lanes.len() / 2);
    tree(&low.iter().zip(high).map(|(&a, &b)| a + b).collect::<Vec<_>>())
}

fn check_sum<T: Lane>() {
    let mut random = Random(77);
    for _ in 0..1000 {
        let lanes: [T; 16] =
            std::array::from_fn(|_| T::from_f64((random.next() >> 40) as f64 * 1e-3 - 8000.0));
        for isa in Isa::available() {
            assert_eq!(isa.run(Sum(&lanes)).bits(), tree(&lanes[..T::LANES]).bits(), "{}", isa.name());
        }
    }
    let mut number = || T::from_f64((random.next() >> 40) as f64 * 1e-3 - 8000.0);
    let vectors: [[T; 16]; 16] = std::array::from_fn(|_| std::array::from_fn(|_| number()));
    for isa in Isa::available() {
        let (together, alone) = isa.run(Sums(&vectors));
        for i in 0..T::LANES {
            assert_eq!(together[i].bits(), alone[i].bits(), "{}, vector {i}", isa.name());
        }
    }
}

#[test]
fn sums_follow_the_tree() {
    check_sum::<f32>();
    check_sum::<f64>();
}

struct MulAdd<'a> {
    a: &'a [f32],
    b: &'a [f32],
    c: &'a mut [f32],
}

impl Kernel for MulAdd<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        for i in (0..self.c.len()).step_by(16) {
            let (a, b) = (S::F32::load(&self.a[i..]), S::F32::load(&self.b[i..]));
            a.mul_add(b, S::F32::load(&self.c[i..])).store(&mut self.c[i..]);
        }
    }
}

/// A triple whose exact result is the kind that two roundings get wrong.
fn nasty(random: &mut Random) -> [f32; 3] {
    let (word, kind) = (random.next(), random.next() % 4);
    let sign = if word & 1 == 0 { 1.0 } else { -1.0 };
    let near_one = |bits: u64| 1.0 + (bits % 64) as f32 * f32::EPSILON;
    let (up, down) = (near_one(word >> 8), 1.0 - (word >> 8 & 63) as f32 * f32::EPSILON);
    match kind {
        // Half an ulp of c, or less than 2^-40 of it beside.
        0 | 1 => {
            let c =
                f32::from_bits(((word >> 32) as u32 & 0x007f_ffff) | (60 + (word >> 16 & 127) as u32) << 23);
            let half_ulp = f32::from_bits(((c.to_bits() >> 23) - 24) << 23);
            [up, sign * half_ulp * if kind == 0 { down } else { 1.0 }, c]
        }
        // The result is subnormal, half a step or a little beside.
        2 => {
            let c = f32::from_bits((word >> 32) as u32 & 0x807f_ffff);
            [up * 2f32.powi(-75), sign * down * 2f32.powi(-75), c]
        }
        // Nearly all cancels.
        _ => {
            let (a, b) = (near_one(word >> 8), near_one(word >> 20));
            [a, b, -(a * b)]
        }
    }
}

/// Whether `y` is `a * b + c` rounded once to nearest, ties to even. The standard library is no judge of
/// that: where the machine has no instruction, its `f32::mul_add` rounds some subnormal results twice
/// (Rust 1.95).
///
/// Product and sum are `sum + lost` exactly, `lost` being what the addition in `f64` could not hold. The
/// result is right if that lies between the two points halfway to the neighbours of `y`; these are `f64`, and
/// rounding is monotone, so `sum` alone decides unless it equals one of them.
fn is_fused(a: f32, b: f32, c: f32, y: f32) -> bool {
    let (product, addend) = (f64::from(a) * f64::from(b), f64::from(c));
    let sum = product + addend;
    if sum == 0.0 || !sum.is_finite() {
        return same_number(y, sum as f32);
    }
    if y.is_nan() || y.is_sign_negative() != (sum < 0.0) {
        return false;
    }
    let addend_part = sum - product;
    let lost = (product - (sum - addend_part)) + (addend - addend_part);
    let (sum, lost) = if sum < 0.0 { (-sum, -lost) } else { (sum, lost) };

    let bits = y.abs().to_bits();
    let infinity = f32::INFINITY.to_bits();
    // Infinity stands for the next number, had there been one.
    let value = |bits: u32| if bits == infinity { 2f64.powi(128) } else { f64::from(f32::from_bits(bits)) };
    let halfway = |low: u32| (value(low) + value(low + 1)) / 2.0;
    let tie_is_ours = bits & 1 == 0;
    let above = |point: f64| sum > point || sum == point && (lost > 0.0 || lost == 0.0 && tie_is_ours);
    let below = |point: f64| sum < point || sum == point && (lost < 0.0 || lost == 0.0 && tie_is_ours);
    (bits == 0 || above(halfway(bits - 1))) && (bits == infinity || below(halfway(bits)))
}

#[test]
fn multiply_add_rounds_once() {
    const BLOCK: usize = 4096;
    let blocks = if std::env::var_os("DLCORE_TEST_QUICK").is_some() { 16 } else { 512 };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..blocks {
        let (mut a, mut b, mut c) = (vec![0.0; BLOCK], vec![0.0; BLOCK], vec![0.0; BLOCK]);
        for i in 0..BLOCK {
            [a[i], b[i], c[i]] = if i % 2 == 0 {
                nasty(&mut random)
            } else {
                std::array::from_fn(|_| f32::from_bits(random.next() as u32))
            };
        }
        for isa in Isa::available() {
            let mut found = c.clone();
            isa.run(MulAdd { a: &a, b: &b, c: &mut found });
            for i in 0..BLOCK {
                let (a, b, c, y) = (a[i], b[i], c[i], found[i]);
                assert!(is_fused(a, b, c, y), "{a:e} * {b:e} + {c:e} on {}: {y:e}", isa.name());
            }
        }
    }
}

/// A thousand steps of a chaotic map that uses every kind of operation, as one number.
struct Mix<T>(T);

impl<T: Lane> Kernel for Mix<T> {
    type Output = u64;
    #[inline(always)]
    fn run<S: Simd>(self) -> u64 {
        let start: [T; 16] = std::array::from_fn(|i| T::from_f64(0.05 + i as f64 / 17.0));
        let mut x = T::Vector::<S>::load(&start);
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        for _ in 0..1000 {
            // The logistic map, in its chaotic range.
            x = x.mul_add(-x, x) * T::Vector::<S>::constant(3.99);
            let folded = (x.sqrt() + T::Vector::<S>::one()) / (x + T::Vector::<S>::constant(0.7));
            let shifted = folded.shift_right::<3>().int_add(x.shift_left::<2>()).xor(x.int_sub(folded));
            let chosen = T::Vector::<S>::select(x.lt(folded), shifted, folded.copy_sign(x - folded));
            for lane in chosen.to_lanes().into_iter().chain([x.sum()]) {
                hash = (hash ^ lane.bits()).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        hash
    }
}

#[test]
fn all_machines_give_the_same_bits() {
    for isa in Isa::available() {
        let found = (isa.run(Mix(0f32)), isa.run(Mix(0f64)));
        assert_eq!(found, (0xeeae_dfad_f6f9_0c18, 0xb789_32e6_2dbc_d2b3), "{}: {found:#x?}", isa.name());
    }
}
