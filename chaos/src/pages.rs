//! Puts what was measured into pages, between `<!-- NAME -->` and `<!-- /NAME -->`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// Replaces what is between the marks of `name` in a page.
///
/// # Errors
/// The page is not there, or has no such marks.
pub fn put(page: &Path, name: &str, text: &str) -> Result<()> {
    let old = fs::read_to_string(page).with_context(|| format!("{} cannot be read", page.display()))?;
    let new = between(&old, name, text).with_context(|| format!("{} has no place for {name}", page.display()))?;
    Ok(fs::write(page, new)?)
}

fn between(page: &str, name: &str, text: &str) -> Option<String> {
    let (open, close) = (format!("<!-- {name} -->"), format!("<!-- /{name} -->"));
    let (head, rest) = page.split_once(&open)?;
    let (_, tail) = rest.split_once(&close)?;
    Some(format!("{head}{open}\n\n{}\n\n{close}{tail}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let page = "a\n<!-- bench:x -->\nold\n<!-- /bench:x -->\nb <!-- bench:y --><!-- /bench:y -->\n";
        let new = between(page, "bench:x", "new\n").unwrap();
        assert_eq!(new, "a\n<!-- bench:x -->\n\nnew\n\n<!-- /bench:x -->\nb <!-- bench:y --><!-- /bench:y -->\n");
        assert_eq!(between(&new, "bench:x", "new"), Some(new.clone()), "twice is once");
        assert_eq!(between(page, "bench:z", "new"), None);
    }
}
