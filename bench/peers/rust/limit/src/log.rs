//! Hubbub's log in Redis under a server that does nothing else: each message is numbered, remembered and
//! stored by Hubbub's own script before it is announced.

use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Result, ensure};

use crate::bus::command;

/// The script and its settings, as Hubbub's nodes run it.
const SCRIPT: &str = concat!(
    "local length, bytes, publish, database, remember, retain = '10000', 8388608, 'PUBLISH', '', '86400', ''\n",
    include_str!("../../../../../server/storage/src/redis/scripts/log/append.lua")
);
/// An epoch as long as a real one.
const EPOCH: &[u8] = b"epochofalog1";
/// A header as long as that of a message.
const HEADER: &[u8] = b"posted 1795305600000 c1-1234567 u0123456789abcdef ";
/// What is remembered of a message except its number: the log, and a digest.
const MEMORY: &[u8] = b"epochofalog1 00112233445566778899aabbccddeeff ";

pub(crate) struct Log {
    hash: [u8; 40],
    /// Distinguishes the messages of this node from those of others.
    node: u16,
    published: u64,
}

impl Log {
    /// Loads the script into Redis.
    pub(crate) fn load(commands: &mut TcpStream) -> Result<Self> {
        let mut load = Vec::new();
        command(&mut load, &[b"SCRIPT", b"LOAD", SCRIPT.as_bytes()]);
        commands.write_all(&load)?;
        // "$40", the hash, and the end of a line after each.
        let mut answer = [0; 47];
        commands.read_exact(&mut answer)?;
        ensure!(answer.starts_with(b"$40\r\n"), "Redis does not take the script");
        let mut hash = [0; 40];
        hash.copy_from_slice(&answer[5..45]);
        Ok(Self { hash, node: commands.local_addr()?.port(), published: 0 })
    }

    /// Sets the epoch of a channel's log.
    pub(crate) fn begin(&self, out: &mut Vec<u8>, channel: &[u8]) {
        command(out, &[b"HSET", &beside(channel, ":meta"), b"epoch", EPOCH, b"origin", EPOCH]);
    }

    pub(crate) fn append(&mut self, out: &mut Vec<u8>, channel: &[u8], text: &[u8]) {
        self.published += 1;
        let (meta, once) =
            (beside(channel, ":meta"), beside(channel, &format!(":once:{:08}/{:016}", self.node, self.published)));
        command(out, &[b"EVALSHA", &self.hash, b"3", &meta, channel, &once, EPOCH, MEMORY, text, b"", HEADER]);
    }
}

/// The message in what the script announces: `e<epoch> <number> <header><text><number>`.
pub(crate) fn text_of(announced: &[u8]) -> &[u8] {
    let mut words = announced.splitn(3, |byte| *byte == b' ').skip(1);
    let (number, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let text = rest.get(HEADER.len()..).unwrap_or_default();
    text.strip_suffix(number).unwrap_or(text)
}

fn beside(channel: &[u8], end: &str) -> Vec<u8> {
    [channel, end.as_bytes()].concat()
}
