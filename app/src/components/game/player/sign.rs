//! A minus button for phones: their number keys have none.

use leptos::html::Input;
use leptos::prelude::*;

/// Puts a minus before the number in the field, or removes it.
pub(super) fn sign(field: NodeRef<Input>, is_open: Signal<bool>) -> AnyView {
    let change = move |_| {
        let Some(field) = field.get_untracked().filter(|_| is_open.get_untracked()) else { return };
        field.set_value(&other_sign(&field.value()));
        let _ = field.focus();
    };
    view! {
        <button class="button button--quiet play__sign" type="button" on:click=change>
            <span aria-hidden="true">"+/−"</span>
            <span class="unseen">"Change the sign"</span>
        </button>
    }
    .into_any()
}

fn other_sign(number: &str) -> String {
    let number = number.trim_start();
    match number.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => rest.to_owned(),
        None => format!("-{}", number.strip_prefix('+').unwrap_or(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_tap_takes_the_minus_away() {
        assert_eq!((other_sign("5").as_str(), other_sign("-5").as_str(), other_sign(" ").as_str()), ("-5", "5", "-"));
    }
}
