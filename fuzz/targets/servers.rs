//! The operator's list of Redis servers, and what a cluster answers about its slots.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| storage::fuzzing::servers(data));
