//! Where the variables lie in a memory that holds those of all layers: `[W; b]` of each, in panels (see
//! [`dlcore_kernels::panels::Panels`]). Gradients and optimizer slots lie alike. Outside they are known as NumPy
//! would hold them: each kernel row by row, then its bias.

use dlcore_kernels::panels::{Panels, PanelsMut};
use dlcore_kernels::program::Region;
use dlcore_kernels::simd::Element;

use crate::stage::Stage;

/// The region of each stage that has a product.
pub fn regions<T: Element>(stages: &[Stage], memory: usize) -> Vec<Option<Region>> {
    let mut offset = 0;
    let mut place = |stage: &Stage| {
        let dense = stage.dense?;
        let (rows, columns) = (dense.parameter_rows(), dense.units);
        let region = Region { memory, offset, rows, columns, pitch: columns.min(T::LANES) };
        offset += region.length();
        Some(region)
    };
    stages.iter().map(&mut place).collect()
}

/// Elements of such a memory; none if they are more than can be counted.
pub fn length<T: Element>(stages: &[Stage]) -> Option<usize> {
    let mut length = 0_usize;
    for dense in stages.iter().filter_map(|stage| stage.dense) {
        let columns = dense.units.checked_next_multiple_of(dense.units.min(T::LANES))?;
        length = dense.parameter_rows().checked_mul(columns)?.checked_add(length)?;
    }
    (length <= isize::MAX as usize / size_of::<T>()).then_some(length)
}

/// The panels of a region.
pub fn panels<T: Element>(memory: &[T], region: Region) -> Panels<'_, T> {
    let Region { offset, rows, columns, pitch, .. } = region;
    Panels::from_slice(&memory[offset..offset + region.length()], rows, columns, pitch)
}

/// All variables, one after another, row by row.
pub fn to_rows<T: Element>(stages: &[Stage], memory: &[T]) -> Vec<T> {
    let mut values = Vec::with_capacity(memory.len());
    for region in regions::<T>(stages, 0).into_iter().flatten() {
        let panels = panels(memory, region);
        for i in 0..region.rows {
            for panel in 0..panels.count() {
                values.extend_from_slice(panels.part(i, panel));
            }
        }
    }
    values
}

/// The way back.
///
/// # Panics
/// If there are too few values.
pub fn from_rows<T: Element>(stages: &[Stage], mut values: &[T], memory: &mut [T]) {
    for region in regions::<T>(stages, 0).into_iter().flatten() {
        let Region { offset, rows, columns, pitch, .. } = region;
        let memory = &mut memory[offset..offset + region.length()];
        let mut panels = PanelsMut::from_slice(memory, rows, columns, pitch);
        for i in 0..rows {
            for panel in 0..panels.count() {
                let (part, rest) = values.split_at(pitch.min(columns - panel * pitch));
                panels.part(i, panel)[..part.len()].copy_from_slice(part);
                values = rest;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regularizer::Regularizer;
    use crate::stage::{Layer, stages};

    #[test]
    fn there_and_back() {
        let none = Regularizer::default();
        let dense =
            |units| Layer::Dense { units, use_bias: true, kernel_regularizer: none, bias_regularizer: none };
        let stages = stages(5, &[dense(3), dense(16), dense(100), dense(17)]).unwrap();
        let count = 6 * 3 + 4 * 16 + 17 * 100 + 101 * 17;
        let values: Vec<f32> = (0..count).map(|i| i as f32).collect();
        let mut memory = vec![0.0; length::<f32>(&stages).unwrap()];
        from_rows(&stages, &values, &mut memory);
        assert_eq!(to_rows(&stages, &memory), values);
        // The weight from feature 2 to unit 40 of the third layer, which follows 6 x 3 and 4 x 16.
        assert_eq!(
            memory[6 * 3 + 4 * 16 + 2 * (17 * 16) + 2 * 16 + 8],
            values[6 * 3 + 4 * 16 + 2 * 100 + 40]
        );
    }
}
