//! What people wrote, as pages show it to others.

use anyhow::{Context, Result};

use crate::play::Setting;
use crate::siege::socket::{Socket, join, message, type_of, value};
use crate::siege::stranger::{Stranger, escape};
use crate::siege::target::Target;
use crate::verdict::Verdict;

const REFRESH: &str = "</title><meta http-equiv=refresh content=0;url=//evil.example>";
const IMAGE: &str = "</script></title></textarea><img src=x onerror=alert(1)>";
const SCRIPT: &str = "\"'><script src=//evil.example></script>";

/// Titles and everything else that people write, on every page.
pub(in crate::siege) async fn markup(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "markup", &[]).await?;
    let mut author = target.stranger(1);
    author.arrive().await?;
    let mut paths = vec!["/".to_owned(), "/quizzes".into(), "/rooms".into(), "/results".into(), "/nothing".into()];
    paths.push(format!("/?roomId={}", escape(REFRESH)));
    paths.push(format!("/rooms/{}", escape("</title><meta http-equiv=refresh>")));
    paths.push(format!("/quizzes/{}", escape(REFRESH)));
    for hostile in [REFRESH, IMAGE, SCRIPT] {
        author.form("/api/rename", &format!("name={}", escape(&hostile.chars().take(30).collect::<String>()))).await?;
        let title: String = hostile.chars().take(60).collect();
        for listed in ["", "&listed=true"] {
            let opened = author.form("/api/open-room", &format!("title={}{listed}", escape(&title))).await?;
            let room = opened.text().trim().trim_matches('"').to_owned();
            if opened.is_ok() && !room.is_empty() {
                author.form("/api/say", &format!("room={}&id=m1&message={}", escape(&room), escape(hostile))).await?;
                paths.push(format!("/rooms/{}", escape(&room)));
            }
        }
        paths.extend(quiz_pages(&mut author, hostile).await?);
    }
    for path in &paths {
        for mut reader in [author.clone(), target.stranger(2)] {
            let page = reader.get(path).await?.text();
            let runs = raw_markup(&page);
            verdict.must(runs.is_none(), || format!("{path}: {}", runs.unwrap_or_default()));
        }
    }
    verdict.figure("pages", paths.len());
    Ok(verdict)
}

/// The pages of a quiz and of its game, all of whose texts are hostile.
async fn quiz_pages(author: &mut Stranger, hostile: &str) -> Result<Vec<String>> {
    let text = hostile.replace('"', "\\\"");
    let title: String = text.chars().take(62).collect();
    let quiz = format!(
        r#"{{"title":"{title}","questions":[{{"text":"{text}","explanation":"{text}","options":[{{"text":"{text}","right":true}},{{"text":"{text} b"}}]}}]}}"#
    );
    let saved = author.upload("/api/import-quiz", quiz.as_bytes()).await?;
    let saved = saved.text();
    let id = value(&saved, "id").with_context(|| format!("no quiz: {saved}"))?;
    let mut paths = vec![format!("/quizzes/{id}"), format!("/quizzes/{id}/versions")];
    let answer = author.form("/api/host-game", &format!("quiz={id}")).await?.text();
    let pin = answer.trim().trim_matches('"');
    if pin.len() == 6 {
        paths.extend([format!("/host/{pin}"), format!("/play/{pin}"), format!("/wall/{pin}")]);
    }
    Ok(paths)
}

/// Markup of a stranger's that would run, if there is any.
fn raw_markup(page: &str) -> Option<String> {
    let page = page.to_ascii_lowercase();
    // Within a title nothing runs, up to whatever ends it.
    let (head, rest) = page.split_once("<title>").unwrap_or((&page, ""));
    let outside = format!("{head}{}", rest.split_once("</title>").map_or("", |(_, rest)| rest));
    ["<meta http-equiv=refresh", "<script src=//evil", "<img src=x onerror"].into_iter().find_map(|wrong| {
        let at = outside.find(wrong)?;
        Some(outside.get(at.saturating_sub(40)..(at + 60).min(outside.len())).unwrap_or(wrong).to_owned())
    })
}

/// A sentence of a stranger's that a page would show as the server's own.
pub(in crate::siege) async fn sentences(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "sentences", &[]).await?;
    let mut reader = target.stranger(1);
    let mut tried = 0;
    // {"invalid":"Visit evil.example to go on."}
    for sentence in [r#"{"invalid":"Visit evil.example to go on."}"#, "Invalid|Visit evil.example to go on."] {
        let error = base64(sentence.as_bytes());
        for path in ["/", "/quizzes", "/rooms/x", "/play", "/play/123456"] {
            for call in
                ["import-quiz", "open-room", "rename", "say", "enter-game", "new-quiz", "become-author", "take-over"]
            {
                let address = format!("{path}?__path=%2Fapi%2F{call}&__err={}", escape(&error));
                let page = reader.get(&address).await?;
                verdict.must(!page.text().contains("Visit evil"), || format!("{address} shows it"));
                tried += 1;
            }
        }
    }
    verdict.figure("addresses", tried);
    Ok(verdict)
}

/// Forms that ask to be led back to another site.
pub(in crate::siege) async fn referers(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "referers", &[]).await?;
    let mut stranger = target.stranger(1);
    stranger.arrive().await?;
    let referers = ["https://evil.example/", "//evil.example/", "http://evil.example/quizzes", "javascript:alert(1)"];
    let forms = [
        ("rename", "name="),
        ("rename", "name=Ana"),
        ("theme", "theme=dark"),
        ("say", "room=x&id=&message="),
        ("open-room", "title="),
        ("new-quiz", "title=x"),
        ("become-author", "key=x"),
        ("enter-game", "pin=1"),
        ("import-quiz", ""),
    ];
    let mut sent = 0;
    for referer in referers {
        for (call, form) in forms {
            let headers = [format!("Referer: {referer}")];
            let answer = stranger.plain_form(&format!("/api/{call}"), form, &headers).await?;
            let location = answer.header("location");
            let leads_away =
                location.contains("evil") || location.starts_with("//") || location.starts_with("javascript");
            verdict.must(!leads_away, || format!("/api/{call} leads to {location}"));
            sent += 1;
        }
    }
    verdict.figure("forms", sent);
    Ok(verdict)
}

/// A room that nobody listed, with people in it.
pub(in crate::siege) async fn unlisted(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "unlisted", &[]).await?;
    let room = "a1b2c3d4-secret-room";
    let mut sockets = Vec::new();
    for number in 0..3 {
        let mut stranger = target.stranger(number);
        stranger.arrive().await?;
        let mut socket = Socket::open(&stranger, "/ws?v=1").await?;
        socket.say(join(room)).await?;
        socket.next_of(&["joined"]).await?;
        socket.say(message(room, &format!("s-{number}"), "the password is swordfish")).await?;
        verdict.must(type_of(&socket.next_of(&["message", "error"]).await?) == "message", || {
            "nobody can talk there".into()
        });
        sockets.push(socket);
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let mut reader = target.stranger(9);
    let (page, rooms) = (reader.get("/").await?.text(), reader.form("/api/rooms", "").await?.text());
    for (what, text) in [("the front page", page), ("/api/rooms", rooms)] {
        verdict.must(!text.contains("secret-room"), || format!("{what} names the room"));
        verdict.must(!text.contains("swordfish"), || format!("{what} shows what was said"));
    }
    verdict.figure("people in it", sockets.len());
    Ok(verdict)
}

/// Six connections of nobody that would like all places on the front page.
pub(in crate::siege) async fn front_page(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "front-page", &[]).await?;
    let mut host = target.stranger(1);
    host.arrive().await?;
    host.form("/api/open-room", "title=Honest+room&listed=true").await?;
    host.form("/api/say", "room=honest-room&id=m1&message=hello").await?;
    let mut sockets = Vec::new();
    for part in 0..6 {
        let mut socket = Socket::open(&target.stranger(2), "/ws?v=1").await?;
        for number in 0..60 {
            socket.feed(join(&format!("spam-{part}-{number}"))).await?;
        }
        socket.flush().await?;
        for _ in 0..60 {
            socket.next_of(&["joined", "error"]).await?;
        }
        sockets.push(socket);
    }
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let rooms = target.stranger(3).form("/api/rooms", "").await?.text();
    let spam = rooms.matches("spam-").count();
    verdict.figure("rooms of nobody on it", spam / 2);
    verdict.must(spam == 0, || "rooms that nobody listed are on the front page".into());
    verdict.must(rooms.to_lowercase().contains("honest"), || "the listed room is not on it".into());
    Ok(verdict)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for digit in 0..4 {
            let at = (bits >> (18 - 6 * digit) & 63) as usize;
            text.push(if digit <= three.len() { char::from(DIGITS[at]) } else { '=' });
        }
    }
    text
}
