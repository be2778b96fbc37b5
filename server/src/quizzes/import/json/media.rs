//! Finds the picture of a question in a JSON file, or why it cannot be imported.

use super::fields;
use super::reader::{Node, Value};
use crate::quizzes::import::{FileParts, PictureReference, html, not_taken, referred};

/// The medium that a field refers to.
enum MediaReference {
    /// A picture: its address, name or data URL; and its description.
    Picture {
        at: String,
        words: String,
    },
    Film,
}

/// The picture of a question, and what is reported of other media.
pub(super) fn pictured(node: &Node, parts: &mut dyn FileParts) -> Vec<PictureReference> {
    let mut pictured = Vec::new();
    // The first of several fields may exist and be empty.
    let first = fields::PICTURES.iter().find_map(|name| medium(node.field(&[*name])?));
    let film = || PictureReference::Missing(not_taken("the film", "there are pictures here, and no films"));
    match first.or_else(|| in_text(node)) {
        Some(MediaReference::Picture { at, words }) => {
            let words = if words.is_empty() { described(node) } else { words };
            pictured.push(PictureReference::of(referred(&at, parts), words, "the picture"));
        }
        Some(MediaReference::Film) => pictured.push(film()),
        None => {}
    }
    if node.field(&fields::FILMS).is_some_and(|node| medium(node).is_some()) {
        pictured.push(film());
    }
    if has_pictured_options(node) {
        pictured.push(PictureReference::Missing(
            "the pictures of its answers were not taken, because answers are words here.".into(),
        ));
    }
    pictured
}

/// The medium in a field, in the forms of all programs.
fn medium(node: &Node) -> Option<MediaReference> {
    match &node.value {
        Value::Text(at) | Value::Number(at) => {
            let at = at.trim();
            (!at.is_empty()).then(|| MediaReference::Picture { at: at.to_owned(), words: String::new() })
        }
        Value::List(list) => list.first().and_then(medium),
        Value::Object(_) => match node.field(&["type"]).filter(|kind| matches!(kind.value, Value::Object(_))) {
            Some(library) => of_library(library),
            None => of_object(node),
        },
        Value::Null | Value::Bool(_) => None,
    }
}

/// H5P names the library that shows it.
fn of_library(library: &Node) -> Option<MediaReference> {
    let name = library.field(&["library"]).and_then(Node::text)?;
    if !name.starts_with("H5P.Image") {
        return Some(MediaReference::Film);
    }
    let params = library.field(&["params"])?;
    let Some(MediaReference::Picture { at, .. }) = params.field(&["file"]).and_then(of_object) else { return None };
    Some(MediaReference::Picture { at, words: words(params) })
}

fn of_object(node: &Node) -> Option<MediaReference> {
    let at = ["path", "url", "src", "fullUrl", "id"].iter().find_map(|name| {
        let at = node.field(&[*name])?.words()?;
        (!at.trim().is_empty()).then_some(at)
    })?;
    Some(MediaReference::Picture { at, words: words(node) })
}

/// A picture's description in its own object.
fn words(node: &Node) -> String {
    let words = node.field(&["alt", "altText"]).and_then(Node::text).unwrap_or_default();
    html::text(words).chars().take(protocol::limits::QUESTION_CHARS).collect()
}

/// Kahoot has the description beside the address.
fn described(node: &Node) -> String {
    node.field(&["imageMetadata"]).map(words).unwrap_or_default()
}

/// A picture within the question's text.
fn in_text(node: &Node) -> Option<MediaReference> {
    let at = html::picture(node.field(&fields::TEXT)?.text()?)?;
    Some(MediaReference::Picture { at: at.to_owned(), words: String::new() })
}

fn has_pictured_options(node: &Node) -> bool {
    let options = node.field(&fields::OPTIONS).and_then(Node::list).unwrap_or_default();
    options.iter().any(|option| fields::PICTURES.iter().any(|name| option.field(&[*name]).and_then(medium).is_some()))
}
