//! Bytes that are nearly a file: tensors or a reason, and never a panic.

use super::*;

/// SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}

fn sound() -> Vec<u8> {
    let numbers = [0.5_f32; 6].map(f32::to_le_bytes).concat();
    let doubles = [0.25_f64; 2].map(f64::to_le_bytes).concat();
    let views = [
        ("a/kernel", TensorView::new(Dtype::F32, vec![2, 3], &numbers).unwrap()),
        ("a/bias", TensorView::new(Dtype::F64, vec![2], &doubles).unwrap()),
        ("none", TensorView::new(Dtype::F32, vec![0, 4], &[]).unwrap()),
    ];
    let metadata = [("dlcore".to_owned(), r#"{"format": 3, "weights": ["a/kernel"]}"#.to_owned())];
    safetensors::serialize(views, Some(metadata.into_iter().collect())).unwrap()
}

/// What headers are made of, to put in place of each other.
const WORDS: [&[u8]; 16] = [
    b"\"dtype\":\"F32\"",
    b"\"F64\"",
    b"\"F16\"",
    b"\"shape\":",
    b"[2,3]",
    b"[0]",
    b"\"data_offsets\":",
    b"[0,24]",
    b"{",
    b"}",
    b",",
    b"-1",
    b"1e9",
    b"18446744073709551615",
    b"4611686018427387904",
    b"\"__metadata__\"",
];

fn mutate(draw: &mut Draw, file: &[u8]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..=draw.below(3) {
        let at = draw.below(bytes.len().max(1));
        let end = bytes.len().min(at + draw.below(24));
        match draw.below(5) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << draw.below(8),
            1 => drop(bytes.splice(at..end, WORDS[draw.below(WORDS.len())].iter().copied())),
            2 => bytes.truncate(at),
            3 => drop(bytes.splice(at..at, file[..draw.below(file.len())].to_vec())),
            _ => drop(bytes.drain(at..end)),
        }
    }
    // Most would end at a length that no longer fits.
    if draw.below(4) > 0 && bytes.len() > HEADER_START {
        let close = bytes.iter().rposition(|byte| *byte == b'}').unwrap_or(HEADER_START);
        let length = (close + 1).max(HEADER_START) - HEADER_START;
        bytes[..HEADER_START].copy_from_slice(&(length as u64).to_le_bytes());
    }
    bytes
}

fn mutated_files(count: usize, seed: u64) {
    let file = sound();
    assert!(parse(Path::new("f"), &file).is_ok());
    let mut draw = Draw(seed);
    let mut sound = 0;
    for _ in 0..count {
        let bytes = mutate(&mut draw, &file);
        let Ok((tensors, _)) = parse(Path::new("f"), &bytes) else { continue };
        sound += 1;
        for tensor in tensors {
            let numbers = match &tensor.values {
                Values::F32(values) => values.len(),
                Values::F64(values) => values.len(),
            };
            assert_eq!(numbers, tensor.shape.iter().product::<usize>());
        }
    }
    println!("{count} mutated files, of which {sound} were sound");
    assert!(sound > count / 1000, "only {sound} of {count} were sound: the others say little");
}

#[test]
fn mutated() {
    mutated_files(if std::env::var_os("DLCORE_TEST_QUICK").is_some() { 1000 } else { 20_000 }, 0);
}

#[test]
#[ignore = "minutes"]
fn mutated_a_million_times() {
    mutated_files(1_000_000, 1);
}

#[test]
fn a_header_of_many_small_parts_is_refused_before_it_is_parsed() {
    let many = |part: &str, count: usize| {
        let text = format!(r#"{{"__metadata__":{{"dlcore":"{}"}}}}"#, part.repeat(count));
        [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
    };
    for part in ["[", "1,", "ä"] {
        assert!(
            parse(Path::new("f"), &many(part, 200_000)).unwrap_err().to_string().contains("parts"),
            "{part:?}"
        );
    }
    assert!(parse(Path::new("f"), &many("1.0000000000000000, ", 150_000)).is_ok());
}
