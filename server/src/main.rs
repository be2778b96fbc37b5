//! Starts one node.
fn main() {}
