//! Every statement in the tree finds its rows by an index: what anybody can
//! cause costs the same, however much is kept.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::sqlite::schema;

/// Tables of one row: nothing of what people do makes them longer.
const SHORT: [&str; 3] = ["probe", "CONSTANT ROW", "pragma_"];

#[test]
fn no_statement_reads_a_whole_table() {
    let mut sql = Connection::open_in_memory().unwrap();
    schema::migrate(&mut sql).unwrap();
    let mut looked_at = 0;
    for (file, statement) in statements() {
        looked_at += 1;
        assert!(!statement.contains("OFFSET ?"), "{file}: rows are counted off, one by one: {statement}");
        let is_bounded = statement.contains("LIMIT");
        for step in plan(&sql, &statement).unwrap_or_else(|error| panic!("{file}: {error}: {statement}")) {
            let is_scan =
                step.starts_with("SCAN") && !SHORT.iter().any(|table| step.starts_with(&format!("SCAN {table}")));
            let in_order = step.contains("USING INDEX") || step.contains("USING COVERING INDEX");
            assert!(!is_scan || is_bounded && in_order, "{file}: {step}: {statement}");
        }
    }
    assert!(looked_at > 40, "only {looked_at} statements were found");
}

#[test]
fn a_scan_would_be_noticed() {
    let mut sql = Connection::open_in_memory().unwrap();
    schema::migrate(&mut sql).unwrap();
    let steps = plan(&sql, "SELECT title FROM rooms WHERE title = ?1").unwrap();
    assert_eq!(steps, ["SCAN rooms"]);
}

/// SQLite's plan for a statement.
fn plan(sql: &Connection, statement: &str) -> rusqlite::Result<Vec<String>> {
    let mut explain = sql.prepare(&format!("EXPLAIN QUERY PLAN {statement}"))?;
    let mut rows = explain.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next()? {
        steps.push(row.get(3)?);
    }
    Ok(steps)
}

/// The statements in the server's code that are written out whole, and where they stand.
fn statements() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for sources in ["src", "realtime/src", "storage/src"] {
        find(&server.join(sources), &mut files);
    }
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        if text.contains("storage::postgres::") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let statements = literals(code).into_iter().filter(|text| is_statement(text));
        found.extend(statements.map(|statement| (file.display().to_string(), statement)));
    }
    found
}

/// Finds the Rust files with statements, except the schema and the tests: tables are created only once,
/// and tests may scan. Those with statements of PostgreSQL are left out.
fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() {
            // The sweep reads beside the writes, and nobody outside can cause it.
            if !["retention", "postgres"].contains(&name) {
                find(&path, files);
            }
        } else if name.ends_with(".rs") && !["schema.rs", "tests.rs", "plans.rs"].contains(&name) {
            files.push(path);
        }
    }
}

fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    // Statements with a gap are put together while the program runs.
    !text.contains('{')
        && ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|verb| text.starts_with(verb))
}

/// The text literals of Rust code, well enough for ours.
fn literals(code: &str) -> Vec<String> {
    let (mut found, mut current) = (Vec::new(), None::<String>);
    let mut letters = code.chars().peekable();
    while let Some(letter) = letters.next() {
        match (&mut current, letter) {
            (None, '/') if letters.peek() == Some(&'/') => while letters.next_if(|next| *next != '\n').is_some() {},
            // Not a text: '"' as a single letter.
            (None, '\'') if letters.peek() == Some(&'"') => drop(letters.next()),
            (None, '"') => current = Some(String::new()),
            (None, _) => {}
            (Some(text), '\\') => match letters.next() {
                Some('\n') => while letters.next_if(|next| next.is_whitespace()).is_some() {},
                Some(escaped) => text.push(escaped),
                None => {}
            },
            (Some(_), '"') => found.extend(current.take()),
            (Some(text), letter) => text.push(letter),
        }
    }
    found
}
