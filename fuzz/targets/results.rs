#![no_main]

use std::path::Path;
use std::sync::LazyLock;

#[path = "../folder.rs"]
mod folder;

/// `.ci/fuzz` runs a model into it.
static FOLDER: LazyLock<folder::ForeignFolder> = LazyLock::new(|| {
    let path =
        std::env::var_os("RCCSIM_FUZZ_FOLDER").expect("RCCSIM_FUZZ_FOLDER: a results folder");
    folder::ForeignFolder::new(Path::new(&path))
});

// The first byte says which of its files is another.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let names = FOLDER.names();
    match names.get(usize::from(*first) % (names.len() + 1)) {
        Some(name) => FOLDER.with_file(name, rest),
        None => FOLDER.with_manifest(rest),
    }
});
