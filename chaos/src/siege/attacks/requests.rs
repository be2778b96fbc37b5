//! Requests that no client would send, and pictures that tell too much.

use anyhow::Result;

use crate::play::Setting;
use crate::siege::files;
use crate::siege::target::Target;
use crate::verdict::Verdict;

/// All that takes a body.
const CALLS: &[&str] = &[
    "viewer",
    "room",
    "history",
    "rooms",
    "preview",
    "members",
    "open-room",
    "rename",
    "say",
    "theme",
    "quizzes",
    "quiz",
    "save-quiz",
    "new-quiz",
    "delete-quiz",
    "copy-quiz",
    "quiz-versions",
    "formulas",
    "restore-quiz",
    "results",
    "result",
    "delete-result",
    "become-author",
    "host-game",
    "play-again",
    "take-over",
    "game-results",
    "enter-game",
    "host-page",
    "play-page",
    "picture",
    "import-quiz",
];

/// Methods and addresses that are meant for proxies.
pub(in crate::siege) async fn methods(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "methods", &[]).await?;
    let node = target.node();
    let stranger = target.stranger(1);
    let lines = [
        format!("CONNECT {node} HTTP/1.1"),
        "CONNECT /rooms/x HTTP/1.1".into(),
        "TRACE / HTTP/1.1".into(),
        "OPTIONS * HTTP/1.1".into(),
        "GET http://other.example/ HTTP/1.1".into(),
        "BREW / HTTP/1.1".into(),
        "GET /%ff%fe HTTP/1.1".into(),
        "GET /rooms/%00 HTTP/1.1".into(),
        "GET /?roomId=%ff HTTP/1.1".into(),
        format!("GET /{} HTTP/1.1", "a".repeat(256)),
        format!("GET /pkg/{}.js HTTP/1.1", "a".repeat(255)),
        format!("GET /{} HTTP/1.1", "a/".repeat(15_000)),
    ];
    for line in &lines {
        let request = format!("{line}\r\nHost: {node}\r\nConnection: close\r\n\r\n");
        match stranger.raw(request.as_bytes()).await {
            Ok(answer) => verdict.must(answer.status < 500, || format!("{line}: {}", answer.status)),
            Err(error) => verdict.must(false, || format!("{line}: {error:#}")),
        }
    }
    verdict.figure("requests", lines.len());
    let log = std::fs::read_to_string(target.stage.nodes[0].log())?;
    let panics = log.lines().filter(|line| line.contains("panicked")).count() as u64;
    verdict.exactly("panics", panics, 0);
    let errors = log.lines().filter(|line| line.contains("ERROR")).count() as u64;
    verdict.exactly("lines about errors", errors, 0);
    Ok(verdict)
}

/// Files that are none of the site's.
pub(in crate::siege) async fn files_outside(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "traversal", &[]).await?;
    let mut stranger = target.stranger(1);
    let ups = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..\\", "..%5c", "....//", "..;/"];
    let mut tried = 0;
    for up in ups {
        for begin in ["/", "/pkg/", "/pictures/", "/styles/"] {
            for file in ["etc/passwd", "data/hubbub.db", "Cargo.toml"] {
                let path = format!("{begin}{}{file}", up.repeat(12));
                let answer = stranger.get(&path).await?;
                let text = answer.text();
                let leaks = text.contains("root:") || text.starts_with("SQLite") || text.contains("[workspace]");
                verdict.must(!leaks, || format!("{path} is served"));
                tried += 1;
            }
        }
    }
    verdict.figure("paths", tried);
    Ok(verdict)
}

/// Bodies that are no UTF-8, to every call.
pub(in crate::siege) async fn bodies(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "bodies", &[]).await?;
    let mut stranger = target.stranger(1);
    stranger.arrive().await?;
    let form = vec!["Content-Type: application/x-www-form-urlencoded".to_owned()];
    let mut sent = 0;
    for call in CALLS {
        for body in [&b"room=\xff\xfe&message=\xc3\x28"[..], b"\xff\xff\xff", b"room=%ff%fe&title=%ff", b"%", b"room=%"]
        {
            let path = format!("/api/{call}");
            let answer = stranger.send("POST", &path, &form, body).await?;
            verdict.must(answer.status < 500, || format!("{path}: {} for {}", answer.status, body.escape_ascii()));
            sent += 1;
        }
    }
    verdict.figure("bodies", sent);
    Ok(verdict)
}

/// A picture that tells where it was taken, and things that only begin like one.
pub(in crate::siege) async fn pictures(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "pictures", &[]).await?;
    let mut author = target.stranger(1);
    author.arrive().await?;
    let mut fakes = vec![("GIF89a and a script", b"GIF89a<script>alert(1)</script>".to_vec())];
    fakes.push(("GIF89a alone", b"GIF89a".to_vec()));
    fakes.push(("a PNG's first bytes", b"\x89PNG\r\n\x1a\n<html>".to_vec()));
    fakes.push(("a JPEG's first bytes", b"\xff\xd8\xff<html>".to_vec()));
    fakes.push(("a WebP's first bytes", b"RIFF\x10\0\0\0WEBP<html>".to_vec()));
    for (what, bytes) in &fakes {
        let answer = author.upload("/api/picture", bytes).await?;
        verdict.must(!answer.is_ok(), || format!("{what}: taken as a picture"));
    }
    verdict.figure("fakes", fakes.len());
    let answer = author.upload("/api/picture", &files::jpeg_with_place()).await?;
    verdict.must(answer.is_ok(), || format!("a small JPEG is refused: {}", answer.text()));
    if answer.is_ok() {
        let id = answer.text().trim().trim_matches('"').to_owned();
        let shown = author.get(&format!("/pictures/{id}")).await?;
        let has = |word: &[u8]| shown.body.windows(word.len()).any(|part| part == word);
        verdict.must(shown.is_ok(), || format!("the picture is not shown: {}", shown.status));
        verdict.must(!has(b"Exif") && !has(b"2026:11:24"), || "EXIF and GPS are still in the picture".into());
        verdict.figure("EXIF and GPS", if has(b"Exif") { "kept" } else { "gone" });
    }
    Ok(verdict)
}
