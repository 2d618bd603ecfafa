//! Activations: one room each, `forward` and `backward` under each other, and the table.
//!
//! Most act on each element by itself: they are an [`Elementwise`], a formula on vectors. Softmax and its
//! logarithm mix the features of a row and are written for whole blocks.
//!
//! Blocks are *feature-major*: a row of the matrix is a feature, its columns are the rows of the
//! batch, which lie along the lanes of vectors.

mod celu;
mod elementwise;
mod elu;
mod exponential;
mod gelu;
mod gelu_tanh;
mod hard_shrink;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod leaky_relu;
mod linear;
mod log_sigmoid;
mod log_softmax;
mod mish;
mod relu;
mod relu6;
mod relu_general;
mod selu;
mod sigmoid;
mod silu;
mod soft_shrink;
mod softmax;
mod softplus;
mod softsign;
mod sparse_plus;
mod sparse_sigmoid;
mod squareplus;
mod tanh;
mod tanh_shrink;
mod threshold;

pub use elementwise::Elementwise;

use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::simd::{Element, Simd};

/// What `backward` needs to be given of the forward pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// The activation's output.
    Output,
    /// The activation's input.
    Input,
}

/// An activation on blocks.
pub trait Block: Copy + Send + Sync {
    /// Whether the features of a row are mixed, so that a block must hold all of them.
    const MIXES_FEATURES: bool;

    /// What `backward` needs.
    fn kept(self) -> Kept;

    /// Replaces the input by the output.
    fn forward<T: Element, S: Simd>(self, block: MatrixMut<'_, T>);

    /// Replaces the gradient by the output with the gradient by the input. The kept values are
    /// multiplied by `kept_scale` first (dropout had divided them).
    fn backward<T: Element, S: Simd>(self, kept: Matrix<'_, T>, kept_scale: T, gradient: MatrixMut<'_, T>);
}

/// Makes the type [`Activation`], which is one of the table's, and the look-up by name.
macro_rules! activations {
    ($($name:literal => $variant:ident in $room:ident),* $(,)?) => {
        /// One of the activations.
        #[derive(Clone, Copy, PartialEq, Debug)]
        pub enum Activation {
            $(
                #[doc = concat!("`", $name, "`")]
                $variant($room::$variant),
            )*
        }

        impl Activation {
            /// The names in the table.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The activation of that name. Those that have fewer parameters ignore the last ones.
            pub fn named(name: &str, parameters: [f64; 3]) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant($room::$variant::with(parameters))),)*
                    _ => None,
                }
            }

            /// Its name.
            pub fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name,)* }
            }

            /// What `backward` needs of the forward pass.
            pub fn kept(&self) -> Kept {
                match self { $(Self::$variant(room) => Block::kept(*room),)* }
            }

            /// Whether the features of a row are mixed.
            pub fn mixes_features(&self) -> bool {
                match self { $(Self::$variant(_) => <$room::$variant as Block>::MIXES_FEATURES,)* }
            }

            /// See [`Block::forward`].
            pub fn forward<T: Element, S: Simd>(&self, block: MatrixMut<'_, T>) {
                match self { $(Self::$variant(room) => Block::forward::<T, S>(*room, block),)* }
            }

            /// See [`Block::backward`].
            pub fn backward<T: Element, S: Simd>(&self, kept: Matrix<'_, T>, kept_scale: T, gradient: MatrixMut<'_, T>) {
                match self {
                    $(Self::$variant(room) => Block::backward::<T, S>(*room, kept, kept_scale, gradient),)*
                }
            }
        }
    };
}

activations! {
    "linear" => Linear in linear,
    "relu" => Relu in relu,
    "leaky_relu" => LeakyRelu in leaky_relu,
    "elu" => Elu in elu,
    "selu" => Selu in selu,
    "gelu" => Gelu in gelu,
    "gelu_tanh" => GeluTanh in gelu_tanh,
    "silu" => Silu in silu,
    "mish" => Mish in mish,
    "softplus" => Softplus in softplus,
    "tanh" => Tanh in tanh,
    "sigmoid" => Sigmoid in sigmoid,
    "hard_sigmoid" => HardSigmoid in hard_sigmoid,
    "exponential" => Exponential in exponential,
    "softmax" => Softmax in softmax,
    "relu6" => Relu6 in relu6,
    "relu_general" => ReluGeneral in relu_general,
    "celu" => Celu in celu,
    "squareplus" => Squareplus in squareplus,
    "softsign" => Softsign in softsign,
    "soft_shrink" => SoftShrink in soft_shrink,
    "hard_shrink" => HardShrink in hard_shrink,
    "tanh_shrink" => TanhShrink in tanh_shrink,
    "threshold" => Threshold in threshold,
    "sparse_plus" => SparsePlus in sparse_plus,
    "sparse_sigmoid" => SparseSigmoid in sparse_sigmoid,
    "hard_silu" => HardSilu in hard_silu,
    "hard_tanh" => HardTanh in hard_tanh,
    "log_sigmoid" => LogSigmoid in log_sigmoid,
    "log_softmax" => LogSoftmax in log_softmax,
}

#[cfg(test)]
mod tests;
