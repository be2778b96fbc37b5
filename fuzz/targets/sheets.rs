//! Files with questions: CSV, XLSX, GIFT, Aiken and JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| server::fuzzing::sheets(data));
