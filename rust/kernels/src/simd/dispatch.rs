//! The choice of an instruction set, made once at run time.

use std::fmt;

#[cfg(target_arch = "aarch64")]
use super::neon;
use super::{Kernel, Simd, scalar};
#[cfg(target_arch = "x86_64")]
use super::{avx2, avx512};

/// An instruction set that this machine has: the value is the proof.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Isa(Set);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Scalar,
}

/// A name that is no instruction set of this machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownIsa {
    /// What was asked for.
    pub name: String,
}

impl fmt::Display for UnknownIsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
        write!(f, "{:?} is no instruction set of this machine, which has: {}", self.name, names.join(", "))
    }
}

impl std::error::Error for UnknownIsa {}

impl Isa {
    /// All that this machine has, the fastest first.
    pub fn available() -> Vec<Isa> {
        let mut sets = Vec::new();
        #[cfg(target_arch = "x86_64")]
        {
            if is_compiled::<avx512::Avx512>() && avx512::is_available() {
                sets.push(Isa(Set::Avx512));
            }
            if is_compiled::<avx2::Avx2>() && avx2::is_available() {
                sets.push(Isa(Set::Avx2));
            }
        }
        #[cfg(target_arch = "aarch64")]
        if is_compiled::<neon::Neon>() {
            sets.push(Isa(Set::Neon));
        }
        if is_compiled::<scalar::Scalar>() {
            sets.push(Isa(Set::Scalar));
        }
        sets
    }

    /// The fastest one.
    pub fn best() -> Isa {
        Self::available()[0]
    }

    /// The set of that name, if the machine has it.
    pub fn named(name: &str) -> Result<Isa, UnknownIsa> {
        Self::available()
            .into_iter()
            .find(|isa| isa.name() == name)
            .ok_or_else(|| UnknownIsa { name: name.to_owned() })
    }

    /// Its name, as `DLCORE_ISA` has it.
    pub fn name(self) -> &'static str {
        struct Name;
        impl Kernel for Name {
            type Output = &'static str;
            #[inline(always)]
            fn run<S: Simd>(self) -> &'static str {
                S::NAME
            }
        }
        self.run(Name)
    }

    /// Runs a kernel on this set.
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => call::<avx512::Avx512, K>(kernel),
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => call::<avx2::Avx2, K>(kernel),
            #[cfg(target_arch = "aarch64")]
            Set::Neon => call::<neon::Neon, K>(kernel),
            Set::Scalar => call::<scalar::Scalar, K>(kernel),
        }
    }
}

#[inline]
fn call<S: Simd, K: Kernel>(kernel: K) -> K::Output {
    if const { is_compiled::<S>() } { S::call(kernel) } else { unreachable!("{} is not available", S::NAME) }
}

/// All are, unless `DLCORE_ONLY_ISA` named one when this was built: a third of the code, for `make quick`.
const fn is_compiled<S: Simd>() -> bool {
    match option_env!("DLCORE_ONLY_ISA") {
        None => true,
        Some(only) => is_same(only.as_bytes(), S::NAME.as_bytes()),
    }
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    match (a, b) {
        ([], []) => true,
        ([x, a @ ..], [y, b @ ..]) => *x == *y && is_same(a, b),
        _ => false,
    }
}
