//! Every small shape, every kind of stride, every start and instruction set, against f64; and the
//! same bits from all of them.

use super::*;
use crate::panels::{Panels, PanelsMut};
use crate::simd::{Isa, Kernel, Vector};

/// Numbers without a pattern, in -1..1.
fn numbers(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as f64 / (1u64 << 30) as f64 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

fn cast<T: Element>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&x| T::from_f64(x)).collect()
}

struct Case<'a, T> {
    a: Strided<'a, T>,
    b: Matrix<'a, T>,
    start: Start<'a, T>,
    c: MatrixMut<'a, T>,
    seen: &'a mut Vec<bool>,
}

/// Doubles what was finished, so that a block that is finished twice or never shows.
struct Doubled<'a>(&'a mut Vec<bool>);

impl<T: Element> Epilogue<T> for Doubled<'_> {
    fn finish<S: Simd>(&mut self, mut block: MatrixMut<'_, T>, row: usize, _: usize) {
        self.0[row] = true;
        for i in 0..block.rows() {
            for x in block.row(i) {
                *x = *x + *x;
            }
        }
    }
}

impl<T: Element> Kernel for Case<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        product::<T, S, _>(self.a, self.b, self.start, self.c, Doubled(self.seen));
    }
}

/// One product on all instruction sets; returns what they all got.
fn one<T: Element>(m: usize, k: usize, n: usize, transposed: bool, start: usize) -> Result<(), String> {
    let (a, b) = (numbers(m * k, 1), numbers(k * n, 2));
    let initial = numbers(m * n, 3);
    let pitch = n.next_multiple_of(T::LANES);
    let a_t: Vec<T> = cast(&a);
    let mut b_t = vec![T::from_f64(f64::NAN); k * pitch];
    for i in 0..k {
        for j in 0..n {
            b_t[i * pitch + j] = T::from_f64(b[i * n + j]);
        }
    }
    let bias: Vec<T> = cast(&numbers(m.max(pitch), 4));
    let strided = if transposed {
        Strided::new(&a_t, 0, [m, k], [1, m as isize])
    } else {
        Strided::new(&a_t, 0, [m, k], [k as isize, 1])
    };
    let mut first: Option<Vec<T>> = None;
    for isa in Isa::available() {
        let mut c: Vec<T> = cast(&initial);
        let mut seen = vec![false; m];
        isa.run(Case {
            a: strided,
            b: Matrix::from_slice(&b_t, k, pitch).column_range(0..n),
            start: [Start::Zero, Start::Existing, Start::PerRow(Strided::new(&bias, 0, [m, 1], [1, 1]))]
                [start],
            c: MatrixMut::from_slice(&mut c, m, n),
            seen: &mut seen,
        });
        match &first {
            None => first = Some(c),
            Some(first) if *first == c => {}
            Some(_) => return Err(format!("{} {m}x{k}x{n}: other bits", isa.name())),
        }
    }
    // All sets agree, so one is held against the reference, computed row by row in f64.
    let c = first.expect("there is always an instruction set");
    for i in 0..m {
        let mut row: Vec<f64> = match start {
            0 => vec![0.0; n],
            1 => initial[i * n..(i + 1) * n].iter().map(|&x| T::from_f64(x).to_f64()).collect(),
            _ => vec![bias[i].to_f64(); n],
        };
        for p in 0..k {
            let factor = strided.get(i, p).to_f64();
            for (sum, &b) in row.iter_mut().zip(&b[p * n..(p + 1) * n]) {
                *sum += factor * T::from_f64(b).to_f64();
            }
        }
        for (j, sum) in row.into_iter().enumerate() {
            let error = (c[i * n + j].to_f64() - 2.0 * sum).abs();
            if error.is_nan() || error > (k + 1) as f64 * 4.0 * T::EPSILON.to_f64() {
                return Err(format!("{m}x{k}x{n} start {start} at {i},{j}: off by {error}"));
            }
        }
    }
    Ok(())
}

fn quick() -> bool {
    std::env::var_os("DLCORE_TEST_QUICK").is_some()
}

fn all<T: Element>() {
    let sizes: Vec<usize> = if quick() { vec![0, 1, 2, 7, 8, 9, 17, 49] } else { (0..=70).collect() };
    let mut failures = Vec::new();
    for &m in &sizes {
        for &k in &sizes {
            for &n in &sizes {
                // Each shape once, the kinds in turn; the smallest in all kinds.
                let kinds = if m.max(k).max(n) <= 9 {
                    0..6
                } else {
                    let kind = (m + 3 * k + 5 * n) % 6;
                    kind..kind + 1
                };
                for kind in kinds {
                    failures.extend(one::<T>(m, k, n, kind >= 3, kind % 3).err());
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} failures: {:#?}", failures.len(), &failures[..failures.len().min(20)]);
}

#[test]
fn all_small_shapes_f32() {
    all::<f32>();
}

#[test]
fn all_small_shapes_f64() {
    all::<f64>();
}

#[test]
fn shapes_at_block_boundaries() {
    let shapes = if quick() {
        vec![(3, 1025, 17)]
    } else {
        vec![(3, 1023, 17), (3, 1024, 17), (50, 1025, 300), (7, 1600, 530), (49, 40, 3300)]
    };
    for (m, k, n) in shapes {
        for kind in 0..3 {
            one::<f32>(m, k, n, kind % 2 == 1, kind).unwrap();
            one::<f64>(m, k, n, kind % 2 == 0, kind).unwrap();
        }
    }
}

struct Dots<'a, T> {
    a: Matrix<'a, T>,
    b: Matrix<'a, T>,
    c: PanelsMut<'a, T>,
}

impl<T: Element> Kernel for Dots<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        product_of_rows::<T, S>(self.a, self.b, self.c);
    }
}

#[test]
fn rows_by_rows() {
    fn check<T: Element>(fan_in: usize, units: usize, batch: usize) {
        let (pitch, padded) = (units.min(T::LANES), batch.next_multiple_of(T::LANES));
        let (a, b): (Vec<T>, Vec<T>) =
            (cast(&numbers(fan_in * padded, 1)), cast(&numbers(units * padded, 2)));
        let mut expected: Option<Vec<T>> = None;
        for isa in Isa::available() {
            let mut c = vec![T::default(); units.div_ceil(pitch) * fan_in * pitch];
            isa.run(Dots {
                a: Matrix::from_slice(&a, fan_in, padded).column_range(0..batch),
                b: Matrix::from_slice(&b, units, padded).column_range(0..batch),
                c: PanelsMut::from_slice(&mut c, fan_in, units, pitch),
            });
            let name = format!("{} {fan_in}x{units}, batch {batch}", isa.name());
            let panels = Panels::from_slice(&c, fan_in, units, pitch);
            for i in 0..fan_in {
                for u in 0..units {
                    let terms = (0..batch).map(|j| a[i * padded + j].to_f64() * b[u * padded + j].to_f64());
                    let error = (panels.part(i, u / pitch)[u % pitch].to_f64() - terms.sum::<f64>()).abs();
                    assert!(
                        error <= (batch + 1) as f64 * 4.0 * T::EPSILON.to_f64(),
                        "{name}: off by {error}"
                    );
                }
            }
            assert!(expected.get_or_insert_with(|| c.clone()) == &c, "{name}: other bits");
        }
    }
    for fan_in in [1, 2, 3, 5, 8, 16, 17, 31, 101] {
        for units in (1..=17).chain([33]) {
            for batch in [1, 7, 16, 33, 70] {
                check::<f32>(fan_in, units, batch);
                check::<f64>(fan_in, units, batch);
            }
        }
    }
}

#[test]
fn matmul_takes_any_strides() {
    for isa in Isa::available() {
        let (m, k, n) = if quick() { (13, 10, 19) } else { (131, 70, 190) };
        let data: Vec<f32> = cast(&numbers(4 * 200 * 200, 5));
        // (first, row stride, column stride) of views into the same memory, for a and for b.
        let kinds: [(usize, isize, isize); 6] =
            [(0, 200, 1), (0, 1, 200), (199 + 199 * 200, -200, -1), (0, 400, 2), (7, 0, 1), (7, 1, 0)];
        for a_kind in kinds {
            for b_kind in kinds {
                let a = Strided::new(&data, a_kind.0, [m, k], [a_kind.1, a_kind.2]);
                let b = Strided::new(&data, b_kind.0, [k, n], [b_kind.1, b_kind.2]);
                let mut c = vec![f32::NAN; m * n];
                matmul(isa, a, b, MatrixMut::from_slice(&mut c, m, n), false).unwrap();
                for i in 0..m {
                    for j in 0..n {
                        let sum: f64 = (0..k).map(|p| f64::from(a.get(i, p)) * f64::from(b.get(p, j))).sum();
                        assert!(
                            (f64::from(c[i * n + j]) - sum).abs() < 1e-4,
                            "{} {a_kind:?} {b_kind:?}",
                            isa.name()
                        );
                    }
                }
            }
        }
    }
}

/// Weights in panels: read as they are and transposed, and written.
struct InPanels<'a, T> {
    weights: Panels<'a, T>,
    plain: Strided<'a, T>,
    /// Batch lanes under the weights' rows, and under their columns.
    input: Matrix<'a, T>,
    slope: Matrix<'a, T>,
    slope_rows: Matrix<'a, T>,
    found: &'a mut Vec<Vec<T>>,
}

/// Stores what it is given.
struct Store<'a, T>(PanelsMut<'a, T>);

impl<T: Element, S: Simd> Sink<T, S> for Store<'_, T> {
    #[inline(always)]
    fn take(&mut self, vector: T::Vector<S>, row: usize, panel: usize) {
        vector.store_part(self.0.part(row, panel));
    }
}

impl<T: Element> Kernel for InPanels<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { weights, plain, input, slope, slope_rows, found } = self;
        let (fan_in, units, batch) = (weights.rows(), weights.columns(), input.columns());
        for a in [weights.transposed(), plain.transposed()] {
            let mut c = vec![T::default(); units * batch];
            product::<T, S, _>(
                a,
                input,
                Start::PerRow(a.block(0..units, 0..1)),
                MatrixMut::from_slice(&mut c, units, batch),
                (),
            );
            found.push(c);
        }
        // The same rows of the batch one by one: the forward product's columns.
        let rows: Vec<T> = (0..batch).flat_map(|b| (0..fan_in).map(move |i| input.row(i)[b])).collect();
        let width = units.next_multiple_of(T::LANES);
        let mut c = vec![T::default(); batch * width];
        let into = MatrixMut::from_slice(&mut c, batch, width).column_range(0..units);
        product_by_rows::<T, S>(Matrix::from_slice(&rows, batch, fan_in), weights, into);
        let mut forward = vec![T::default(); units * batch];
        product::<T, S, _>(
            weights.transposed(),
            input,
            Start::Zero,
            MatrixMut::from_slice(&mut forward, units, batch),
            (),
        );
        for (i, row) in c.chunks(width).enumerate() {
            assert!((0..units).all(|j| row[j] == forward[j * batch + i]), "by rows");
        }
        for a in [weights.strided(), plain] {
            let mut c = vec![T::default(); fan_in * batch];
            product::<T, S, _>(a, slope, Start::Zero, MatrixMut::from_slice(&mut c, fan_in, batch), ());
            found.push(c);
        }
        let pitch = units.min(T::LANES);
        let length = units.div_ceil(pitch) * fan_in * pitch;
        for way in 0..3 {
            let mut c = vec![T::default(); length];
            let mut gradient = PanelsMut::from_slice(&mut c, fan_in, units, pitch);
            match way {
                0 => product_into_panels::<T, S>(input.strided(), slope_rows, gradient),
                1 => outer::<T, S>(input.strided(), slope_rows, &mut Store(gradient)),
                _ => {
                    let mut rows = vec![T::default(); fan_in * units];
                    let into = MatrixMut::from_slice(&mut rows, fan_in, units);
                    product::<T, S, _>(input.strided(), slope_rows, Start::Zero, into, ());
                    for (i, row) in rows.chunks(units).enumerate() {
                        for (j, part) in row.chunks(pitch).enumerate() {
                            gradient.part(i, j)[..part.len()].copy_from_slice(part);
                        }
                    }
                }
            }
            found.push(c);
        }
    }
}

#[test]
fn panels_change_nothing() {
    fn check<T: Element>(isa: Isa, fan_in: usize, units: usize, batch: usize) {
        let pitch = units.min(T::LANES);
        let (width, padded) = (units.next_multiple_of(T::LANES), batch.next_multiple_of(T::LANES));
        let rows: Vec<T> = cast(&numbers(fan_in * units, 1));
        let mut panels = vec![T::default(); units.div_ceil(pitch) * fan_in * pitch];
        let mut writable = PanelsMut::from_slice(&mut panels, fan_in, units, pitch);
        for (i, row) in rows.chunks(units).enumerate() {
            for (j, part) in row.chunks(pitch).enumerate() {
                writable.part(i, j)[..part.len()].copy_from_slice(part);
            }
        }
        let input: Vec<T> = cast(&numbers(fan_in * padded, 2));
        let slope: Vec<T> = cast(&numbers(units * padded, 3));
        let mut slope_rows: Vec<T> = cast(&numbers(batch * width, 4));
        slope_rows.chunks_mut(width).for_each(|row| row[units..].fill(T::default()));
        let mut found = Vec::new();
        isa.run(InPanels {
            weights: Panels::from_slice(&panels, fan_in, units, pitch),
            plain: Matrix::from_slice(&rows, fan_in, units).strided(),
            input: Matrix::from_slice(&input, fan_in, padded).column_range(0..batch),
            slope: Matrix::from_slice(&slope, units, padded).column_range(0..batch),
            slope_rows: Matrix::from_slice(&slope_rows, batch, width).column_range(0..units),
            found: &mut found,
        });
        let name = format!("{} {fan_in}x{units}, batch {batch}", isa.name());
        assert!(found[0] == found[1], "{name}: forward");
        assert!(found[2] == found[3], "{name}: down");
        assert!(found[4] == found[6], "{name}: into panels");
        assert!(found[5] == found[6], "{name}: outer");
    }
    for isa in Isa::available() {
        let sizes = [1, 5, 8, 15, 16, 17, 31, 48, 49, 100];
        for fan_in in sizes {
            for units in sizes {
                for batch in [1, 16, 33, 70] {
                    check::<f32>(isa, fan_in, units, batch);
                    check::<f64>(isa, fan_in, units, batch);
                }
            }
        }
    }
}
