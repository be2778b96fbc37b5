//! The decoder of RESP3, which Redis answers in.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| storage::fuzzing::resp(data));
