//! Elementary functions over slices, for `dlcore.ops`.

use dlcore_kernels::simd::{Element, Isa, Kernel, Simd, Vector};

use crate::error::Error;

/// Makes the table of names and the loop over a slice for each.
macro_rules! functions {
    ($($name:literal => $function:ident),* $(,)?) => {
        /// The names that [`apply`] knows.
        pub const NAMES: &[&str] = &[$($name),*];

        /// Replaces each number by the function of it.
        pub fn apply<T: Element>(isa: Isa, name: &str, values: &mut [T]) -> Result<(), Error> {
            match name {
                $($name => {
                    struct Apply<'a, T>(&'a mut [T]);
                    impl<T: Element> Kernel for Apply<'_, T> {
                        type Output = ();
                        #[inline(always)]
                        fn run<S: Simd>(self) {
                            for values in self.0.chunks_mut(T::LANES) {
                                let x = T::Vector::<S>::load_part(values);
                                T::$function(x).store_part(values);
                            }
                        }
                    }
                    isa.run(Apply(values));
                    Ok(())
                })*
                _ => Err(Error::unknown("function", name, NAMES)),
            }
        }
    };
}

functions! {
    "exp" => exp,
    "exp_m1" => exp_m1,
    "log" => log,
    "log1p" => log1p,
    "tanh" => tanh,
    "sigmoid" => sigmoid,
    "erf" => erf,
}
