//! Workbooks, of which each part can be changed.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| server::fuzzing::workbooks(data));
