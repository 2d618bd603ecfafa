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
            if avx512::is_available() {
                sets.push(Isa(Set::Avx512));
            }
            if avx2::is_available() {
                sets.push(Isa(Set::Avx2));
            }
        }
        #[cfg(target_arch = "aarch64")]
        sets.push(Isa(Set::Neon));
        sets.push(Isa(Set::Scalar));
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
            Set::Avx512 => avx512::Avx512::call(kernel),
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => avx2::Avx2::call(kernel),
            #[cfg(target_arch = "aarch64")]
            Set::Neon => neon::Neon::call(kernel),
            Set::Scalar => scalar::Scalar::call(kernel),
        }
    }
}
