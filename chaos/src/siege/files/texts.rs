//! Sheets and quizzes as texts, of which every byte is work.

/// The most that a file may have.
const FILE_BYTES: usize = 1024 * 1024;

/// A row of a million cells.
pub(in crate::siege) fn wide_csv() -> Vec<u8> {
    vec![b','; FILE_BYTES]
}

/// Nothing but quotes and ends of lines.
pub(in crate::siege) fn quotes() -> Vec<u8> {
    b"\"\"\n".repeat(FILE_BYTES / 3)
}

/// A quiz as JSON whose lists are nested as deep as the largest file allows.
pub(in crate::siege) fn deep_json() -> Vec<u8> {
    let half = FILE_BYTES / 2 - 32;
    [br#"{"title":"deep","questions":"#.as_slice(), &b"[".repeat(half), &b"]".repeat(half), b"}"].concat()
}

/// Far more questions than a quiz may have, each with as many options as fit.
pub(in crate::siege) fn many_questions() -> Vec<u8> {
    let question = br#"{"text":"?","options":[{},{},{},{},{},{},{},{}]},"#;
    let times = FILE_BYTES / question.len() - 2;
    [br#"{"title":"many","questions":["#.as_slice(), &question.repeat(times), b"{}]}"].concat()
}
