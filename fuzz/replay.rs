//! Runs the checks of the fuzz targets on the seeds and findings in this folder, as ordinary tests. Each crate
//! with such checks includes this file (`#[path]`), so that no crate has to be built for it.

use std::fs;
use std::path::Path;

/// Calls `check` with each file in `seeds` and `findings` of a target.
pub(crate) fn replay(target: &str, check: fn(&[u8])) {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let kept = |kind| crates.map(move |folder| folder.join("fuzz").join(kind).join(target));
    let folders = kept("seeds").chain(kept("findings")).filter_map(|folder| fs::read_dir(folder).ok());
    let mut count = 0;
    for file in folders.flatten().flatten() {
        // Tests print this only where the check fails.
        println!("{}", file.path().display());
        check(&fs::read(file.path()).expect("the file can be read"));
        count += 1;
    }
    assert!(count > 0, "{target} has no seeds");
}
