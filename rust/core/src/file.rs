//! Weights in a file: safetensors, written all at once or not at all.

mod atomic;

use std::collections::HashMap;
use std::path::Path;
use std::{fs, io};

use dlcore_kernels::memory::{self, OutOfMemory};
use dlcore_kernels::simd::Element;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::error::Error;

/// A tensor's numbers.
#[derive(Clone, PartialEq, Debug)]
pub enum Values {
    /// Of 32 bits.
    F32(Vec<f32>),
    /// Of 64 bits.
    F64(Vec<f64>),
}

/// A named tensor.
#[derive(Clone, PartialEq, Debug)]
pub struct Tensor {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its numbers, row by row.
    pub values: Values,
}

/// What else a file says: one text for each key.
pub type Metadata = Vec<(String, String)>;

/// Writes tensors and metadata.
pub fn save(path: &Path, tensors: &[Tensor], metadata: Metadata) -> Result<(), Error> {
    // A copy of the numbers, and the file; what makes them takes its memory without asking.
    let numbers = |tensor: &Tensor| match &tensor.values {
        Values::F32(values) => size_of_val(values.as_slice()),
        Values::F64(values) => size_of_val(values.as_slice()),
    };
    drop(memory::room::<u8>(2 * tensors.iter().map(numbers).sum::<usize>(), FILE)?);
    let bytes: Vec<_> = tensors
        .iter()
        .map(|tensor| match &tensor.values {
            Values::F32(values) => {
                (Dtype::F32, values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())
            }
            Values::F64(values) => (Dtype::F64, values.iter().flat_map(|x| x.to_le_bytes()).collect()),
        })
        .collect();
    let mut views = Vec::new();
    for (tensor, (dtype, bytes)) in tensors.iter().zip(&bytes) {
        let view = TensorView::new(*dtype, tensor.shape.clone(), bytes)
            .map_err(|error| Error::Invalid(format!("tensor {:?}: {error}", tensor.name)))?;
        views.push((tensor.name.as_str(), view));
    }
    let file = safetensors::serialize(views, Some(metadata.into_iter().collect()))
        .map_err(|error| Error::Invalid(format!("tensors: {error}")))?;
    if is_too_intricate(header_of(&file)) {
        return Err(Error::Invalid(
            "the model has too many parts or too long names for a file, which could not be loaded".to_owned(),
        ));
    }
    write(path, &file)
}

/// What memory is for, in errors.
const FILE: &str = "the contents of a file";

/// Writes a file of any kind, see `atomic.rs`.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    atomic::write(path, bytes).map_err(|source| Error::File { path: path.display().to_string(), source })
}

/// Reads tensors and metadata, in the order of their names.
pub fn load(path: &Path) -> Result<(Vec<Tensor>, Metadata), Error> {
    let bytes = read(path).map_err(|source| match source.kind() {
        io::ErrorKind::OutOfMemory => {
            let length = fs::metadata(path).map_or(usize::MAX, |file| file.len() as usize);
            OutOfMemory { bytes: length, purpose: FILE }.into()
        }
        _ => Error::File { path: path.display().to_string(), source },
    })?;
    parse(path, &bytes)
}

/// All bytes of a file; a device may have no end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() && !metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "is a device, not a file"));
    }
    fs::read(path)
}

/// What the bytes of that file say.
fn parse(path: &Path, bytes: &[u8]) -> Result<(Vec<Tensor>, Metadata), Error> {
    let damaged = |reason: String| Error::Damaged {
        path: path.display().to_string(),
        reason: format!("{reason:.1000}"), // A name in it may be as long as the file.
    };
    if is_too_intricate(header_of(bytes)) {
        return Err(damaged("its header is too long, or has too many parts".into()));
    }
    let (length, header) = SafeTensors::read_metadata(bytes)
        .map_err(|error| damaged(format!("not a whole safetensors file ({error})")))?;
    let body = &bytes[HEADER_START + length..];
    let infos = header.tensors();
    let texts = header.metadata().as_ref().map_or(0, HashMap::len);
    if texts > MOST_TEXTS {
        return Err(damaged(format!("its header has {texts} texts, more than {MOST_TEXTS}")));
    }
    let known = TENSOR_KEYS * infos.len() + usize::from(header.metadata().is_some()) + texts;
    if keys(header_of(bytes)) != known {
        return Err(damaged("its header has a name twice, or one that is not known".into()));
    }
    let mut metadata: Metadata = header.metadata().clone().unwrap_or_default().into_iter().collect();
    metadata.sort();
    let mut tensors = Vec::new();
    for (name, info) in infos {
        let (start, end) = info.data_offsets;
        let values = match info.dtype {
            Dtype::F32 => Values::F32(numbers(&body[start..end], f32::from_le_bytes)?),
            Dtype::F64 => Values::F64(numbers(&body[start..end], f64::from_le_bytes)?),
            other => return Err(damaged(format!("tensor {name:?}: expected F32 or F64, got {other:?}"))),
        };
        tensors.push(Tensor { name, shape: info.shape.clone(), values });
    }
    tensors.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((tensors, metadata))
}

/// Where the header begins, behind eight bytes that say its length.
const HEADER_START: usize = 8;

/// The header, or what there is of it.
fn header_of(bytes: &[u8]) -> &[u8] {
    let Some((length, rest)) = bytes.split_first_chunk() else { return &[] };
    &rest[..rest.len().min(usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX))]
}

/// Of metadata; a model has one.
const MOST_TEXTS: usize = 16;

/// Keys of what a header says of a tensor: its name, dtype, shape and data_offsets.
const TENSOR_KEYS: usize = 4;

/// How many keys there are in a text of JSON, one that comes twice counted twice: colons outside of strings.
/// The parser keeps the last of those that are alike, and another reader might keep the first.
fn keys(json: &[u8]) -> usize {
    let (mut keys, mut is_quoted, mut is_escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b':' if !is_quoted => keys += 1,
            _ => {}
        }
    }
    keys
}

/// Whether a header would take much more memory when it is parsed, here and the description in it by others,
/// than it has bytes: `[[],[],...` takes twenty times its length, and a text with one character of another
/// alphabet four times. The limits allow a model of 1,500 layers with Adam's moments, and keep what a hostile
/// file takes below twice its size and 16 MB.
fn is_too_intricate(header: &[u8]) -> bool {
    // An escaped character, `\\u005b`, may be a bracket too.
    let opened = header.windows(2).filter(|two| matches!(two, [b'{' | b'[', _] | [b'\\', b'u'])).count();
    let items = header.iter().filter(|byte| **byte == b',').count();
    let is_wide = header.len() > 1 << 20 && !header.is_ascii();
    header.len() > 1 << 22 || is_wide || opened > 3 << 14 || items > 5 << 14
}

fn numbers<T: Element, const N: usize>(
    bytes: &[u8],
    decode: fn([u8; N]) -> T,
) -> Result<Vec<T>, OutOfMemory> {
    let mut numbers = memory::room(bytes.len() / N, FILE)?;
    numbers.extend(bytes.as_chunks::<N>().0.iter().map(|chunk| decode(*chunk)));
    Ok(numbers)
}

#[cfg(test)]
mod tests;
