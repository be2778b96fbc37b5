//! What limits count by: the address that a request really came from, the networks that an address belongs to,
//! and how a rate is written.
//!
//! Knows headers and addresses. Does not know what is limited, or by how much.

mod forwarded;
mod prefix;
mod proxies;
mod rate_limit;

pub use forwarded::{client_address, warn_of_unknown_proxy};
pub use prefix::{AddressPrefix, Allotment, allotments};
pub use proxies::{TrustedProxies, TrustedProxy, TrustedProxyError};
pub use rate_limit::RateLimit;
