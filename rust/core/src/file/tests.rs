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
    for part in ["[", "1,", "ä", r"\u005b"] {
        assert!(
            parse(Path::new("f"), &many(part, 600_000)).unwrap_err().to_string().contains("parts"),
            "{part:?}"
        );
    }
    assert!(parse(Path::new("f"), &many("1.0000000000000000, ", 80_000)).is_ok());
    assert!(parse(Path::new("f"), &many("long", 1 << 20)).unwrap_err().to_string().contains("too long"));
}

#[test]
fn what_is_saved_can_be_loaded() {
    let folder = std::env::temp_dir().join(format!("dlcore-{}-saved", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("a");
    let tensor =
        |i: usize| Tensor { name: format!("schön/{i}"), shape: vec![1], values: Values::F32(vec![0.5]) };
    let few: Vec<_> = (0..100).map(tensor).collect();
    save(&path, &few, vec![]).unwrap();
    let (mut found, _) = load(&path).unwrap();
    found.sort_by_key(|tensor| tensor.name.len());
    assert_eq!(found, few);
    let many: Vec<_> = (0..20_000).map(tensor).collect();
    assert!(matches!(save(&path, &many, vec![]), Err(Error::Invalid(_))));
    assert!(load(&path).unwrap().0.len() == 100, "the old file is there");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_name_that_comes_twice_is_an_error() {
    let entry = r#""a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#;
    let file = |header: &str| [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let escaped = r#""__metadata__":{"a\"b\\":"{\"a\": 1}"}"#;
    assert!(parse(Path::new("f"), &file(&format!("{{{escaped},{entry}}}"))).is_ok());
    for header in [
        format!("{{{entry},{entry}}}"),
        format!(r#"{{{entry},"__metadata__":{{"a":"1","a":"2"}}}}"#),
        format!("{{{}}}", entry.replace(r#""shape""#, r#""more":1,"shape""#)),
    ] {
        assert!(parse(Path::new("f"), &file(&header)).unwrap_err().to_string().contains("twice"), "{header}");
    }
}

#[test]
fn a_file_of_many_texts_is_an_error() {
    let texts: Vec<_> = (0..=MOST_TEXTS).map(|i| format!(r#""{i}":"""#)).collect();
    let header = format!(r#"{{"__metadata__":{{{}}}}}"#, texts.join(","));
    let file = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    assert!(parse(Path::new("f"), &file).unwrap_err().to_string().contains("17 texts"));
}

#[cfg(unix)]
#[test]
fn a_device_is_not_read() {
    assert!(matches!(load(Path::new("/dev/zero")), Err(Error::File { .. })));
}
