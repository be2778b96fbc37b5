//! The message about a text that is too long, while it is being written.

use protocol::text::too_long;

/// The message about a text with more than `most` characters; `None` if it fits.
pub(crate) fn excess(text: &str, most: usize, advice: &str) -> Option<String> {
    let count = text.trim().chars().count();
    (count > most).then(|| format!("{} {advice}", too_long(count, most)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_not_spoken_of() {
        assert_eq!(excess(&"ä".repeat(32), 32, "Shorten it."), None);
        assert_eq!(excess(" name  ", 4, "Shorten it."), None, "space around it is not kept");
        assert_eq!(excess("names", 4, "Shorten it.").as_deref(), Some("That is 5 characters; 4 fit. Shorten it."));
    }
}
