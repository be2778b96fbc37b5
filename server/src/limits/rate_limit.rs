//! A rate as operators write it.

use std::num::NonZeroU32;
use std::str::FromStr;

/// A burst and a rate, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// Nothing is limited at all.
    Off,
    /// A token bucket with these sizes.
    On {
        /// How many are allowed at once.
        burst: NonZeroU32,
        /// How many a minute in the long run.
        per_minute: NonZeroU32,
    },
}

impl FromStr for RateLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let number = |part: &str| part.parse::<NonZeroU32>().ok();
        match text.split_once('/').map(|(burst, rate)| (number(burst), number(rate))) {
            Some((Some(burst), Some(per_minute))) => Ok(Self::On { burst, per_minute }),
            _ => Err("write it as BURST/PER-MINUTE, for example 20/120, or off".into()),
        }
    }
}
