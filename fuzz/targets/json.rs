//! The small JSON reader of the browser, compared with serde_json.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| protocol::fuzzing::json(data));
