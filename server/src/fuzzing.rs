//! What `cargo fuzz` feeds (see `fuzz/`), and the tests that replay what it found. Only tests and fuzzing builds
//! have this module. Each check stands beside what it checks, in a module `fuzzing`, to see its private parts.

/// Bytes of a client of a WebSocket.
pub fn frames(data: &[u8]) {
    crate::ws::fuzzing::check(data);
}

/// Cookies and tokens of a client.
pub fn cookies(data: &[u8]) {
    crate::session::fuzzing::check(data);
}

/// A file with questions, of any kind.
pub fn sheets(data: &[u8]) {
    crate::quizzes::import::fuzzing::check_file(data);
}

/// The parts of a workbook, not packed.
pub fn workbooks(data: &[u8]) {
    crate::quizzes::import::fuzzing::check_workbook(data);
}

#[cfg(test)]
#[path = "../../fuzz/replay.rs"]
mod replay;

#[cfg(test)]
mod tests {
    use super::replay::replay;
    use super::*;

    #[test]
    fn frames_are_decoded_as_before() {
        replay("frames", frames);
    }

    #[test]
    fn cookies_are_parsed_as_before() {
        replay("cookies", cookies);
    }

    #[test]
    fn files_with_questions_are_read_as_before() {
        replay("sheets", sheets);
        replay("workbooks", workbooks);
    }
}
