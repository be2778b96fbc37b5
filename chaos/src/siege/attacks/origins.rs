//! Other sites, other names, and listeners that are not for everybody.

use anyhow::Result;

use crate::play::Setting;
use crate::siege::socket::{Refused, Socket};
use crate::siege::stranger::Stranger;
use crate::siege::target::Target;
use crate::stage::free_address;
use crate::verdict::Verdict;

/// The status of an upgrade; 101 where it was one.
async fn upgrade(stranger: &Stranger) -> Result<u16> {
    match Socket::open(stranger, "/ws?v=1").await {
        Ok(_) => Ok(101),
        Err(error) => error.downcast::<Refused>().map(|Refused(status)| status),
    }
}

/// A name of the attacker's that leads here.
pub(in crate::siege) async fn rebinding(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "rebinding", &["--hosts", "chat.example,127.0.0.1"]).await?;
    let named = |host: &str| {
        let plain = target.stranger(1);
        plain.with(&format!("Host: {host}")).with(&format!("Origin: http://{host}"))
    };
    for host in ["evil.example", "chat.example.evil.example", "evil.example:3000", "chat.example@evil.example", ""] {
        let page = named(host).get("/").await?;
        verdict.must((400..500).contains(&page.status), || format!("a page for {host:?}: {}", page.status));
        let form = named(host).form("/api/viewer", "").await?;
        verdict.must((400..500).contains(&form.status), || format!("a form for {host:?}: {}", form.status));
    }
    let status = upgrade_raw(&target.stranger(1), "Host: evil.example\r\nOrigin: http://evil.example").await?;
    verdict.must((400..500).contains(&status), || format!("a socket for evil.example: {status}"));
    let own = named("chat.example").get("/").await?;
    verdict.must(own.is_ok(), || format!("a page for the server's own name: {}", own.status));
    verdict.figure("socket for another name", status);
    Ok(verdict)
}

/// The status of an upgrade whose head is written by hand.
async fn upgrade_raw(stranger: &Stranger, lines: &str) -> Result<u16> {
    let request = format!(
        "GET /ws?v=1 HTTP/1.1\r\n{lines}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let mut stream = stranger.connect().await?;
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await?;
    let mut first = [0; 12];
    tokio::io::AsyncReadExt::read_exact(&mut stream, &mut first).await?;
    Ok(std::str::from_utf8(&first[9..])?.parse()?)
}

/// Requests with two names, or none.
pub(in crate::siege) async fn hosts(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "two-hosts", &[]).await?;
    let (node, stranger) = (target.node(), target.stranger(1));
    for (what, lines) in [
        ("two", format!("Host: {node}\r\nHost: evil.example\r\n")),
        ("two alike", format!("Host: {node}\r\nHost: {node}\r\n")),
        ("none", String::new()),
    ] {
        for path in ["/", "/api/viewer", "/rooms/x"] {
            let answer =
                stranger.raw(format!("GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n").as_bytes()).await?;
            verdict.must(answer.status == 400, || format!("{path} with {what}: {}", answer.status));
        }
        let status = upgrade_raw(&stranger, lines.trim_end()).await?;
        verdict.figure(what, status);
        verdict.must(status == 400, || format!("a socket with {what}: {status}"));
    }
    Ok(verdict)
}

/// A page over http that would use the https site of the same name.
pub(in crate::siege) async fn plain_origin(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "plain-origin", &["--trusted-proxies", "127.0.0.0/8"]).await?;
    let node = target.node();
    let https = Stranger::new(node, [127, 0, 0, 1].into())
        .with("X-Forwarded-Proto: https")
        .with("X-Forwarded-For: 198.51.100.7");
    for (scheme, may) in [("http", false), ("https", true)] {
        let mut page = https.clone().with(&format!("Origin: {scheme}://{node}"));
        let status = upgrade(&page).await?;
        verdict.figure(&format!("socket from {scheme}"), status);
        verdict.must((status == 101) == may, || format!("a socket from {scheme} to https: {status}"));
        let form = page.form("/api/viewer", "").await?;
        verdict.must(form.is_ok() == may, || format!("a form from {scheme} to https: {}", form.status));
    }
    Ok(verdict)
}

/// The figures of the node, asked for by strangers.
pub(in crate::siege) async fn figures(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let own = free_address()?;
    let target = Target::embedded(setting, "metrics", &["--metrics-listen", &own.to_string()]).await?;
    let open = target.stranger(1).get("/metrics").await?;
    verdict.figure("/metrics for everybody", open.status);
    verdict.must(open.status >= 400 && !open.text().contains("hubbub_"), || "/metrics is for everybody".into());
    let inside = Stranger::new(own, [127, 0, 0, 1].into()).get("/metrics").await?;
    verdict.must(inside.is_ok() && inside.text().contains("hubbub_"), || {
        format!("at its own listener: {}", inside.status)
    });
    Ok(verdict)
}

/// Forms and sockets of another site, in the browser of somebody with a session.
pub(in crate::siege) async fn other_site(setting: &Setting) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let target = Target::embedded(setting, "other-site", &[]).await?;
    let mut victim = target.stranger(1);
    victim.arrive().await?;
    let foreign =
        ["Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"];
    let forms = [
        ("say", "room=x&id=m1&message=x"),
        ("rename", "name=Mallory"),
        ("open-room", "title=x"),
        ("host-game", "quiz=sample-solar-system"),
    ];
    for header in foreign {
        let mut browser = victim.clone().with(header);
        for (call, form) in forms {
            let answer = browser.form(&format!("/api/{call}"), form).await?;
            verdict.must(answer.status == 403, || format!("/api/{call} with {header}: {}", answer.status));
        }
        if header.starts_with("Origin") {
            let status = upgrade(&browser).await?;
            verdict.must(status == 403, || format!("a socket with {header}: {status}"));
        }
    }
    verdict.figure("requests", foreign.len() * forms.len());
    Ok(verdict)
}
