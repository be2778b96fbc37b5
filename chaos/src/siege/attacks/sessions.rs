//! Who somebody is: stolen, foreign and old cookies, and what is left on disks.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::play::Setting;
use crate::siege::socket::{Socket, join, message, type_of, value};
use crate::siege::stranger::Stranger;
use crate::siege::target::{Target, host_game};
use crate::verdict::Verdict;

async fn id_of(stranger: &mut Stranger) -> Result<String> {
    let viewer = stranger.form("/api/viewer", "").await?.text();
    Ok(value(&viewer, "id").context("nobody")?.to_owned())
}

/// Cookies that somebody changed, or put together of others.
pub(in crate::siege) async fn forged(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "forged-cookies", &[]).await?;
    let mut victim = target.stranger(1);
    victim.arrive().await?;
    let pin = host_game(&mut victim).await?;
    let id = id_of(&mut victim).await?;
    let cookie = victim.cookie();
    let mut tried = 0;
    for at in (0..cookie.len()).step_by(3) {
        let mut bytes = cookie.clone().into_bytes();
        // Another letter that may stand in a cookie.
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(bytes)?;
        let mut thief = target.stranger(2).with(&format!("Cookie: {forged}"));
        let page = thief.get(&format!("/host/{pin}")).await?;
        let is_victim = id_of(&mut thief).await? == id;
        // One of several cookies may be left as it was, and means what it means.
        let whole = cookie.split("; ").filter(|pair| forged.contains(*pair)).count();
        verdict.must(!(is_victim && whole == 0), || format!("somebody else with the letter {at} changed"));
        verdict.must(page.status < 500, || format!("{} for a cookie with the letter {at} changed", page.status));
        tried += 1;
    }
    verdict.figure("cookies", tried);
    Ok(verdict)
}

/// How many keys of authors somebody can try.
pub(in crate::siege) async fn author_keys(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let flags = ["--quiz-authors", "key", "--quiz-key", "correct horse battery"];
    let target = Target::embedded(setting, "author-keys", &flags).await?;
    let mut stranger = target.stranger(1);
    let mut tried = 0;
    for number in 0..60 {
        stranger.forget();
        let answer = stranger.form("/api/become-author", &format!("key=wrong+horse+{number}")).await?;
        verdict.must(!answer.is_ok(), || "a wrong key makes an author".into());
        tried += u64::from(answer.status != 429);
    }
    verdict.figure("keys looked at", format!("{tried} of 60"));
    verdict.must(tried <= 12, || format!("one address had {tried} keys looked at"));
    let mut author = target.stranger(2);
    let admitted = author.form("/api/become-author", "key=correct+horse+battery").await?;
    verdict.must(admitted.is_ok(), || format!("the right key from elsewhere: {}", admitted.status));
    for call in ["new-quiz", "host-game"] {
        let form = if call == "new-quiz" { "title=x" } else { "quiz=sample-solar-system" };
        let answer = target.stranger(3).form(&format!("/api/{call}"), form).await?;
        verdict.must(answer.status == 403, || format!("/api/{call} without a key: {}", answer.status));
    }
    Ok(verdict)
}

/// A cookie that was taken from a shared computer, after its owner has logged out.
pub(in crate::siege) async fn log_out(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "log-out", &[]).await?;
    let mut owner = target.stranger(1);
    owner.arrive().await?;
    let id = id_of(&mut owner).await?;
    let mut thief = owner.clone();
    verdict.must(id_of(&mut thief.clone()).await? == id, || "a session does not last".into());
    let answer = owner.form("/api/sign-out", "").await?;
    verdict.figure("log-out", answer.status);
    verdict.must(answer.status < 400, || format!("there is no log-out: {}", answer.status));
    verdict.must(id_of(&mut owner).await? != id, || "who has logged out is still the same person".into());
    verdict.must(id_of(&mut thief).await? != id, || "a cookie from before the log-out is still good".into());
    Ok(verdict)
}

/// A cookie of an age that nobody has.
pub(in crate::siege) async fn old(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    // A day is the shortest; so whoever came before a moment in the future is out.
    let future = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)? + Duration::from_secs(2);
    let data = tempfile::Builder::new().prefix("hubbub-siege-").tempdir()?;
    let plan = crate::stage::Plan { data: Some(data.path().join("data")), ..crate::stage::Plan::embedded() };
    let before = Target::build(setting, "sessions-before", plan.clone(), &[]).await?;
    let mut owner = before.stranger(1);
    owner.arrive().await?;
    let id = id_of(&mut owner).await?;
    drop(before);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let flags = ["--session-not-before", &future.as_secs().to_string()];
    let after = Target::build(setting, "sessions-ended", plan, &flags).await?;
    let mut thief = owner.moved(after.node(), owner.from);
    let ended = id_of(&mut thief).await? != id;
    verdict.figure("sessions from before", if ended { "ended" } else { "still good" });
    verdict.must(ended, || "an operator cannot end sessions".into());
    Ok(verdict)
}

/// Cookies of other sites under the same name, beside ours.
pub(in crate::siege) async fn foreign(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "foreign-cookie", &[]).await?;
    let mut owner = target.stranger(1);
    owner.arrive().await?;
    let id = id_of(&mut owner).await?;
    let (node, cookie) = (target.node(), owner.cookie());
    let foreign: [(&str, &[u8]); 5] = [
        ("a letter of Latin-1", b"city=K\xf6ln"),
        ("a letter of UTF-8", "city=Köln".as_bytes()),
        ("no name", b"=x; ;;"),
        ("a quote", b"a=\"b; c=d\""),
        ("a percent", b"a=%ff%"),
    ];
    for (what, other) in foreign {
        for order in [[other, cookie.as_bytes()], [cookie.as_bytes(), other]] {
            let head = format!(
                "POST /api/viewer HTTP/1.1\r\nHost: {node}\r\nConnection: close\r\nContent-Length: 0\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: "
            );
            let request = [head.as_bytes(), &order.join(&b"; "[..]), b"\r\n\r\n"].concat();
            let viewer = owner.raw(&request).await?.text();
            verdict.must(value(&viewer, "id") == Some(&id), || format!("a session ends beside {what}"));
        }
    }
    verdict.figure("kinds", foreign.len());
    Ok(verdict)
}

/// A program without cookies that comes back.
pub(in crate::siege) async fn token(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "session-token", &[]).await?;
    let stranger = target.stranger(1);
    let mut socket = Socket::open(&stranger, "/ws?v=1").await?;
    socket.say(join("programs")).await?;
    let joined = socket.next_of(&["joined"]).await?;
    let token = value(&joined, "session").map(str::to_owned);
    verdict.must(token.is_some(), || "`joined` has no session to come back with".into());
    if let Some(token) = token {
        socket.say(message("programs", "m-1", "once")).await?;
        socket.next_of(&["message"]).await?;
        drop(socket);
        let mut again = Socket::open(&stranger, "/ws?v=1").await?;
        again.say(format!(r#"{{"type":"join","payload":{{"roomId":"programs","session":"{token}"}}}}"#)).await?;
        let back = again.next_of(&["joined", "error"]).await?;
        let you = |frame: &str| frame.split_once("\"you\":").and_then(|(_, you)| value(you, "id").map(str::to_owned));
        verdict.must(you(&back) == you(&joined), || "who comes back with it is somebody else".into());
        again.say(message("programs", "m-1", "once")).await?;
        let resent = again.next_of(&["message", "error"]).await?;
        verdict.must(type_of(&resent) == "message", || format!("a resend is answered with {resent}"));
        let log = stranger.clone().form("/api/history", "room=programs").await?.text();
        verdict.exactly("in the log", log.matches("\"once\"").count() as u64, 1);
    }
    Ok(verdict)
}

/// What browsers and caches keep of pages that are somebody's own.
pub(in crate::siege) async fn no_store(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "no-store", &[]).await?;
    let mut host = target.stranger(1);
    host.arrive().await?;
    let quiz = host.form("/api/new-quiz", "title=Own").await?.text();
    let pin = host_game(&mut host).await?;
    let mut paths = vec!["/quizzes".to_owned(), format!("/host/{pin}"), "/results".into()];
    paths.extend(value(&quiz, "id").map(|id| format!("/quizzes/{id}")));
    for path in &paths {
        let page = host.get(path).await?;
        let kept = page.header("cache-control");
        verdict.must(!page.is_ok() || kept.contains("no-store"), || format!("{path}: {kept:?}"));
    }
    verdict.figure("pages", paths.len());
    Ok(verdict)
}

/// Other users of the machine.
pub(in crate::siege) async fn files(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "files", &[]).await?;
    let mut somebody = target.stranger(1);
    somebody.arrive().await?;
    somebody.form("/api/say", "room=x&id=m1&message=hello").await?;
    let mut looked_at = 0;
    for entry in fs::read_dir(target.data())? {
        let path = entry?.path();
        let mode = fs::metadata(&path)?.permissions().mode() & 0o777;
        verdict.must(mode & 0o077 == 0, || format!("{} is {mode:o}", name(&path)));
        looked_at += 1;
    }
    verdict.figure("files", looked_at);
    Ok(verdict)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
