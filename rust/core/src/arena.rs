//! Where the variables lie in a memory that holds those of all layers. Kernel and bias lie as `[W; b]`, in panels
//! (see [`dlcore_kernels::panels::Panels`]). What gradients change lies first, so that gradients and optimizer slots,
//! which lie alike, end where it ends. Outside, variables are known in the order of the layers, as NumPy would hold
//! them.

use dlcore_kernels::memory::{self, OutOfMemory};
use dlcore_kernels::panels::{Panels, PanelsMut};
use dlcore_kernels::program::Region;
use dlcore_kernels::simd::Element;

use crate::stage::Stage;
use crate::variables::Variables;

/// What memory outside of the arena is for, in errors.
pub const COPY: &str = "a copy of the weights or of what belongs to them";

/// Variables and their region.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Place {
    /// The stage whose they are.
    pub stage: usize,
    /// What they are.
    pub variables: Variables,
    /// Where they are.
    pub region: Region,
}

impl Place {
    /// Where what belongs to them lies in another memory of that layout.
    pub fn within(&self, memory: usize) -> Region {
        Region { memory, ..self.region }
    }
}

/// The places of all variables, in the order of the layers.
pub fn places<T: Element>(stages: &[Stage], memory: usize) -> Vec<Place> {
    let mut places = Vec::new();
    for (stage, variables) in stages
        .iter()
        .enumerate()
        .flat_map(|(i, stage)| stage.variables().into_iter().map(move |variables| (i, variables)))
    {
        let (rows, columns) = (variables.rows(), variables.columns);
        let region = Region { memory, offset: 0, rows, columns, pitch: columns.min(T::LANES) };
        places.push(Place { stage, variables, region });
    }
    let mut offset = 0;
    for trainable in [true, false] {
        for place in places.iter_mut().filter(|place| place.variables.trainable == trainable) {
            place.region.offset = offset;
            offset += place.region.length();
        }
    }
    places
}

/// Elements of such a memory: of what gradients change, and of all. None if they are more than can be counted.
pub fn lengths<T: Element>(stages: &[Stage]) -> Option<(usize, usize)> {
    let (mut trainable, mut all) = (0_usize, 0_usize);
    for variables in stages.iter().flat_map(Stage::variables) {
        let columns = variables.columns.checked_next_multiple_of(variables.columns.min(T::LANES))?;
        let length = variables.rows().checked_mul(columns)?;
        all = all.checked_add(length)?;
        trainable += if variables.trainable { length } else { 0 };
    }
    (all <= isize::MAX as usize / size_of::<T>()).then_some((trainable, all))
}

/// The panels of a region.
pub fn panels<T: Element>(memory: &[T], region: Region) -> Panels<'_, T> {
    let Region { offset, rows, columns, pitch, .. } = region;
    Panels::from_slice(&memory[offset..offset + region.length()], rows, columns, pitch)
}

/// The variables in these places, one after another, row by row.
pub fn to_rows<'a, T: Element>(
    places: impl IntoIterator<Item = &'a Place>,
    memory: &[T],
) -> Result<Vec<T>, OutOfMemory> {
    let mut values = memory::room(memory.len(), COPY)?;
    for Place { region, .. } in places {
        let panels = panels(memory, *region);
        for i in 0..region.rows {
            for panel in 0..panels.count() {
                values.extend_from_slice(panels.part(i, panel));
            }
        }
    }
    Ok(values)
}

/// The way back.
///
/// # Panics
/// If there are too few values.
pub fn from_rows<'a, T: Element>(
    places: impl IntoIterator<Item = &'a Place>,
    mut values: &[T],
    memory: &mut [T],
) {
    for Place { region, .. } in places {
        let &Region { offset, rows, columns, pitch, .. } = region;
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
    use crate::stage::{Layer, stages};

    #[test]
    fn there_and_back() {
        let mut frozen = Layer::dense(16);
        if let Layer::Dense { trainable, .. } = &mut frozen {
            *trainable = false;
        }
        let stages = stages(5, &[Layer::dense(3), frozen, Layer::dense(100), Layer::dense(17)]).unwrap();
        let places = places::<f32>(&stages, 0);
        let count = 6 * 3 + 4 * 16 + 17 * 100 + 101 * 17;
        let values: Vec<f32> = (0..count).map(|i| i as f32).collect();
        let (trainable, all) = lengths::<f32>(&stages).unwrap();
        assert_eq!(all - trainable, 4 * 16);
        let mut memory = vec![0.0; all];
        from_rows(&places, &values, &mut memory);
        assert_eq!(to_rows(&places, &memory).unwrap(), values);
        // The weight from feature 2 to unit 40 of the third layer, which follows the first, since the second is frozen.
        assert_eq!(memory[6 * 3 + 2 * (17 * 16) + 2 * 16 + 8], values[6 * 3 + 4 * 16 + 2 * 100 + 40]);
        assert_eq!(memory[trainable], values[6 * 3]);
    }
}
