//! The dense layer: three products.
//!
//! ```text
//! forward    Z = X W + b        each row of X against W
//! down       dL/dX = G W^T      G = dL/dZ
//! gradient   dL/dW = X^T G      dL/db = the sum of G's rows
//! ```
//!
//! Activations lie feature-major, that is transposed, so what is computed is `Z^T = W^T X^T` and
//! `dX^T = W G^T`. The bias is the last row of the parameters, under the kernel, and X has a feature
//! more that is always one: so `[W; b]` is one matrix and the third product gives both gradients.

use dlcore_kernels::gemm::{Epilogue, Start, product, product_by_rows, product_into_panels, product_of_rows};
use dlcore_kernels::matrix::{Matrix, MatrixMut};
use dlcore_kernels::panels::{Panels, PanelsMut};
use dlcore_kernels::simd::{Element, Simd};

use crate::variables::{Variables, Wish};

/// One dense layer; its weights are elsewhere.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Dense {
    /// Features that come in.
    pub fan_in: usize,
    /// Features that go out.
    pub units: usize,
    /// Whether there is a bias.
    pub use_bias: bool,
    /// Of the kernel.
    pub kernel: Wish,
    /// Of the bias.
    pub bias: Wish,
    /// Whether it learns.
    pub trainable: bool,
}

impl Dense {
    /// Rows of the parameters: the kernel's, and the bias.
    pub fn parameter_rows(&self) -> usize {
        self.fan_in + usize::from(self.use_bias)
    }

    /// Kernel and bias.
    pub fn variables(&self) -> Variables {
        Variables {
            is_vector: false,
            kernel_rows: self.fan_in,
            has_bias: self.use_bias,
            columns: self.units,
            kernel: self.kernel,
            bias: self.bias,
            trainable: self.trainable,
        }
    }

    /// `output = W^T input + b`, or those of its rows that begin with unit `first`.
    pub fn forward<T: Element, S: Simd>(
        &self,
        parameters: Panels<'_, T>,
        first: usize,
        input: Matrix<'_, T>,
        output: MatrixMut<'_, T>,
        epilogue: impl Epilogue<T>,
    ) {
        let units = first..first + output.rows();
        let columns = parameters.transposed();
        let bias = self.fan_in..self.parameter_rows();
        let start =
            if self.use_bias { Start::PerRow(columns.block(units.clone(), bias)) } else { Start::Zero };
        product::<T, S, _>(columns.block(units, 0..self.fan_in), input, start, output, epilogue);
    }

    /// The same for a few rows, which lie as rows in input and output.
    pub fn forward_rows<T: Element, S: Simd>(
        parameters: Panels<'_, T>,
        input: Matrix<'_, T>,
        output: MatrixMut<'_, T>,
    ) {
        product_by_rows::<T, S>(input, parameters, output);
    }

    /// `output = W gradient`; `kernel` may be some of the rows, then `output` is those rows.
    pub fn down<T: Element, S: Simd>(
        kernel: Panels<'_, T>,
        gradient: Matrix<'_, T>,
        output: MatrixMut<'_, T>,
        epilogue: impl Epilogue<T>,
    ) {
        product::<T, S, _>(kernel.strided(), gradient, Start::Zero, output, epilogue);
    }

    /// `output = input gradient`, summed over the batch; `input` may be some of the features, then
    /// `output` is those rows of the parameters' gradient.
    pub fn gradient<T: Element, S: Simd>(
        input: Matrix<'_, T>,
        gradient_rows: Matrix<'_, T>,
        output: PanelsMut<'_, T>,
    ) {
        product_into_panels::<T, S>(input.strided(), gradient_rows, output);
    }

    /// The same from a gradient that lies as `output` of [`down`](Self::down) does, for few units.
    pub fn narrow_gradient<T: Element, S: Simd>(
        input: Matrix<'_, T>,
        gradient: Matrix<'_, T>,
        output: PanelsMut<'_, T>,
    ) {
        product_of_rows::<T, S>(input, gradient, output);
    }
}
