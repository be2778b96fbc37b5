//! The error of the reader, without any text.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

/// The text is not of the expected type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::wire) struct Unreadable;

/// A decoded value, or that the text is none; the error says neither where nor why.
pub(in crate::wire) type Outcome<T> = Result<T, Unreadable>;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not what was asked for")
    }
}

impl std::error::Error for Unreadable {}

macro_rules! without_words {
    ($($name:ident($($argument:ty),*))*) => {
        $(fn $name($(_: $argument),*) -> Self {
            Self
        })*
    };
}

/// Each method is written out, because the default ones would format a message.
impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    without_words!(
        invalid_type(Unexpected, &dyn Expected)
        invalid_value(Unexpected, &dyn Expected)
        invalid_length(usize, &dyn Expected)
        unknown_variant(&str, &'static [&'static str])
        unknown_field(&str, &'static [&'static str])
        missing_field(&'static str)
        duplicate_field(&'static str)
    );
}
