//! Random friendly names for guests who have not chosen one.

use rand::{Rng, RngExt};

const FIRST: [&str; 32] = [
    "Amber", "Brave", "Bright", "Calm", "Cheery", "Clever", "Cosy", "Curious", "Dapper", "Eager", "Fair", "Gentle",
    "Glad", "Golden", "Happy", "Hazel", "Jolly", "Keen", "Kind", "Lively", "Lucky", "Merry", "Nimble", "Patient",
    "Quick", "Quiet", "Rosy", "Silver", "Sunny", "Tidy", "Warm", "Wise",
];
const SECOND: [&str; 32] = [
    "Badger", "Beaver", "Bee", "Cricket", "Crane", "Deer", "Dove", "Duck", "Finch", "Fox", "Gecko", "Goose", "Hare",
    "Hedgehog", "Heron", "Ibis", "Lark", "Lynx", "Magpie", "Marten", "Mole", "Moth", "Newt", "Otter", "Owl", "Panda",
    "Plover", "Robin", "Seal", "Swan", "Turtle", "Wren",
];

/// One of 1,024 names. Two guests may get the same: names are not unique.
pub(super) fn draw(rng: &mut impl Rng) -> String {
    format!("{} {}", FIRST[rng.random_range(0..FIRST.len())], SECOND[rng.random_range(0..SECOND.len())])
}
