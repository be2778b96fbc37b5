//! Random numbers of the browser.

use js_sys::Math;
use protocol::MessageId;

/// A random number for waits. It only spreads browsers out, so the quick generator will do.
pub(crate) fn number() -> u32 {
    (Math::random() * f64::from(u32::MAX)) as u32
}

/// An id that no other message has. `randomUUID` is missing on pages without
/// TLS, which is how many people try this at home.
pub(crate) fn message_id() -> MessageId {
    let mut bytes = [0_u8; 16];
    let is_filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !is_filled {
        bytes.fill_with(|| number() as u8);
    }
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    MessageId::parse(&digits).unwrap_or_else(|_| unreachable!("hexadecimal digits are an id"))
}
