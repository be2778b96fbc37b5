//! Cookies and tokens of sessions and games.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| server::fuzzing::cookies(data));
