//! Elementary functions on vectors: one room each, the same polynomials on every instruction set.
//!
//! The algorithms use nothing but the operations of [`Vector`], whose bits are the same everywhere;
//! so are theirs. Nothing is flushed to zero: subnormal arguments and results are right.
//!
//! | x         | exp | exp_m1 | log  | log1p | tanh | sigmoid | erf |
//! |-----------|-----|--------|------|-------|------|---------|-----|
//! | -∞        | 0   | -1     | NaN  | NaN   | -1   | 0       | -1  |
//! | -1        |     |        | NaN  | -∞    |      |         |     |
//! | -0        | 1   | -0     | -∞   | -0    | -0   | 1/2     | -0  |
//! | 0         | 1   | 0      | -∞   | 0     | 0    | 1/2     | 0   |
//! | subnormal | 1   | x      | log  | x     | x    | 1/2     | 2x/√π |
//! | 1         |     |        | 0    |       |      |         |     |
//! | ∞         | ∞   | ∞      | ∞    | ∞     | 1    | 1       | 1   |
//! | NaN       | NaN | NaN    | NaN  | NaN   | NaN  | NaN     | NaN |
//!
//! The bounds below are against the exact value; an ulp is the gap between the two numbers of the
//! format around it.

mod erf;
mod exp;
mod exp_m1;
mod format;
mod log;
mod log1p;
mod sigmoid;
mod tanh;
#[cfg(test)]
mod tests;

use crate::simd::{Element, Vector};

/// The functions, for each element type.
pub trait Math: Sized {
    /// e to the power x.
    fn exp<V: Vector<Elem = Self>>(x: V) -> V
    where
        Self: Element;
    /// e to the power x, less one; precise near zero.
    fn exp_m1<V: Vector<Elem = Self>>(x: V) -> V
    where
        Self: Element;
    /// The natural logarithm.
    fn log<V: Vector<Elem = Self>>(x: V) -> V
    where
        Self: Element;
    /// The natural logarithm of one plus x; precise near zero.
    fn log1p<V: Vector<Elem = Self>>(x: V) -> V
    where
        Self: Element;
    /// The hyperbolic tangent.
    fn tanh<V: Vector<Elem = Self>>(x: V) -> V
    where
        Self: Element;
    /// The logistic function, `1 / (1 + e^-x)`.
    fn sigmoid<V: Vector<Elem = Self>>(x: V) -> V
    where
        Self: Element;
    /// The error function.
    fn erf<V: Vector<Elem = Self>>(x: V) -> V
    where
        Self: Element;
}

/// Leads each function to its room, with the coefficients of the format.
macro_rules! rooms {
    ($elem:ty: $($name:ident => $room:ident($($coefficients:expr),*);)*) => {
        impl Math for $elem {
            $(
                #[inline(always)]
                fn $name<V: Vector<Elem = Self>>(x: V) -> V {
                    #[inline(never)]
                    fn call<V: Vector<Elem = $elem>>(x: V) -> V {
                        $room::$name(x, $($coefficients),*)
                    }
                    if V::IS_LONG { call(x) } else { $room::$name(x, $($coefficients),*) }
                }
            )*
        }
    };
}

rooms! { f32:
    exp => exp(&exp::F32);
    exp_m1 => exp_m1(exp_m1::LOWEST_F32, &exp::F32);
    log => log();
    log1p => log1p();
    tanh => tanh(&tanh::F32, &exp::F32);
    sigmoid => sigmoid(&exp::F32);
    erf => erf(&erf::F32, &exp::F32);
}

rooms! { f64:
    exp => exp(&exp::F64);
    exp_m1 => exp_m1(exp_m1::LOWEST_F64, &exp::F64);
    log => log();
    log1p => log1p();
    tanh => tanh(&tanh::F64, &exp::F64);
    sigmoid => sigmoid(&exp::F64);
    erf => erf(&erf::F64, &exp::F64);
}
