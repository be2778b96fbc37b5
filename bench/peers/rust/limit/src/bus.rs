//! Redis pub/sub with as little as possible around it: one connection that
//! publishes what a turn brought in one write, and one that is subscribed.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, Result, ensure};
use memchr::memchr;

use crate::log::{self, Log};

pub(crate) struct Bus {
    /// Publishes. A write waits for Redis, which never waits for us.
    pub(crate) commands: TcpStream,
    /// The connection that is subscribed to all rooms.
    pub(crate) messages: TcpStream,
    log: Option<Log>,
    published: Vec<u8>,
    subscribed: Vec<u8>,
    unread: Vec<u8>,
}

impl Bus {
    pub(crate) fn connect(url: &str, keeps_log: bool) -> Result<Self> {
        let address = url.strip_prefix("redis://").context("redis://ADDRESS:PORT is meant")?;
        let (mut commands, messages) = (TcpStream::connect(address)?, TcpStream::connect(address)?);
        commands.set_nodelay(true)?;
        messages.set_nodelay(true)?;
        let log = if keeps_log { Some(Log::load(&mut commands)?) } else { None };
        Ok(Self { commands, messages, log, published: Vec::new(), subscribed: Vec::new(), unread: Vec::new() })
    }

    pub(crate) fn publish(&mut self, channel: &[u8], text: &[u8]) {
        match &mut self.log {
            Some(log) => log.append(&mut self.published, channel, text),
            None => command(&mut self.published, &[b"PUBLISH", channel, text]),
        }
    }

    pub(crate) fn subscribe(&mut self, channel: &[u8]) {
        if let Some(log) = &self.log {
            log.begin(&mut self.published, channel);
        }
        command(&mut self.subscribed, &[b"SUBSCRIBE", channel]);
    }

    /// What a turn brought, in one write each.
    pub(crate) fn send(&mut self) -> Result<()> {
        for (stream, waiting) in [(&self.commands, &mut self.published), (&self.messages, &mut self.subscribed)] {
            if !waiting.is_empty() {
                let mut stream = stream;
                stream.write_all(waiting)?;
                waiting.clear();
            }
        }
        Ok(())
    }

    /// Drops Redis' replies, which nobody needs.
    pub(crate) fn forget_answers(&mut self, buffer: &mut [u8]) -> Result<()> {
        let size = self.commands.read(buffer)?;
        ensure!(size > 0, "Redis is gone");
        Ok(())
    }

    pub(crate) fn take_messages(&mut self, buffer: &mut [u8], mut take: impl FnMut(&[u8], &[u8])) -> Result<()> {
        let size = self.messages.read(buffer)?;
        ensure!(size > 0, "Redis is gone");
        self.unread.extend_from_slice(&buffer[..size]);
        let mut used = 0;
        while let Some(([kind, channel, text], size)) = three(&self.unread[used..]) {
            used += size;
            if kind == b"message" {
                take(channel, if self.log.is_some() { log::text_of(text) } else { text });
            }
        }
        self.unread.drain(..used);
        Ok(())
    }
}

pub(crate) fn command(out: &mut Vec<u8>, words: &[&[u8]]) {
    out.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        out.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
}

/// A list of three, as everything on a subscribed connection is, and its size.
fn three(bytes: &[u8]) -> Option<([&[u8]; 3], usize)> {
    let mut at = line(bytes, 0)?.1;
    let mut words: [&[u8]; 3] = [b""; 3];
    for word in &mut words {
        let (head, next) = line(bytes, at)?;
        at = next;
        if let Some(length) = head.strip_prefix(b"$") {
            let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
            *word = bytes.get(at..at + length)?;
            at += length + 2;
        }
    }
    (at <= bytes.len()).then_some((words, at))
}

fn line(bytes: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let end = from + memchr(b'\n', bytes.get(from..)?)?;
    Some((&bytes[from..end.saturating_sub(1)], end + 1))
}
