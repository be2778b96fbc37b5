//! Parses the values of settings; an error says how to write them.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};
use protocol::limits;
use storage::postgres::DatabaseAddress;
use storage::redis::Servers;

use super::MetricsListen;
use crate::retention::Retention;

pub(super) fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "write it as ADDRESS:PORT, for example 0.0.0.0:3000".into())
}

pub(super) fn parse_metrics_listen(text: &str) -> Result<MetricsListen, String> {
    if text == "off" {
        return Ok(MetricsListen::Off);
    }
    text.parse()
        .map(MetricsListen::At)
        .map_err(|_| "write it as ADDRESS:PORT, for example 127.0.0.1:4000, or off".into())
}

/// Parses servers as [`Servers::parse`] does. A wrong value is not shown, because it may contain a password.
#[derive(Clone)]
pub(super) struct RedisServers;

impl TypedValueParser for RedisServers {
    type Value = Servers;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Servers, clap::Error> {
        let flag = arg.map(ToString::to_string).unwrap_or_default();
        let servers = value.to_str().ok_or("it is not UTF-8".to_owned());
        let servers = servers.and_then(|text| Servers::parse(text).map_err(|error| error.to_string()));
        let refusal = |why| clap::Error::raw(ErrorKind::ValueValidation, format!("invalid value for {flag}: {why}\n"));
        servers.map_err(|why| refusal(why).with_cmd(command))
    }
}

/// Parses the address of a database as [`DatabaseAddress::parse`] does. A wrong value is not shown, because it
/// may contain a password.
#[derive(Clone)]
pub(super) struct DatabaseAddressParser;

impl TypedValueParser for DatabaseAddressParser {
    type Value = DatabaseAddress;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<DatabaseAddress, clap::Error> {
        let flag = arg.map(ToString::to_string).unwrap_or_default();
        let address = value.to_str().ok_or("it is not UTF-8".to_owned()).and_then(DatabaseAddress::parse);
        let refusal = |why| clap::Error::raw(ErrorKind::ValueValidation, format!("invalid value for {flag}: {why}\n"));
        address.map_err(|why| refusal(why).with_cmd(command))
    }
}

pub(super) fn parse_node_name(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && text.len() <= 64;
    if fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        Ok(text.to_owned())
    } else {
        Err("use 1 to 64 letters, digits, hyphens, dots or underscores".into())
    }
}

pub(super) fn parse_origin(text: &str) -> Result<String, String> {
    let text = text.trim();
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains('/') => Ok(text.to_ascii_lowercase()),
        _ => Err("write an origin as https://host or http://host:port, without a path".into()),
    }
}

pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("it must be a number of seconds above 0 and at most 86400".into()),
    }
}

pub(super) fn parse_pace(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(ms) if ms <= 20 => Ok(Duration::from_millis(ms)),
        _ => Err("it must be a whole number of milliseconds from 0 to 20".into()),
    }
}

pub(super) fn parse_log_length(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(length) if length >= limits::RECOVERY_MESSAGES => Ok(length),
        _ => Err(format!("it must be at least {}, the most that one recovery brings", limits::RECOVERY_MESSAGES)),
    }
}

/// A number of bytes, with a letter for KiB, MiB, GiB or TiB.
pub(super) fn parse_bytes(text: &str) -> Result<u64, String> {
    let text = text.trim().to_ascii_lowercase();
    let (number, shift) = match text.as_bytes().last() {
        Some(b'k') => (&text[..text.len() - 1], 10),
        Some(b'm') => (&text[..text.len() - 1], 20),
        Some(b'g') => (&text[..text.len() - 1], 30),
        Some(b't') => (&text[..text.len() - 1], 40),
        _ => (text.as_str(), 0),
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    // SQLite and Lua count no further.
    bytes.filter(|bytes| *bytes < 1 << 53).ok_or_else(|| match digits {
        true => "it must be less than 8192t".into(),
        false => "write it as a number of bytes, or as 64k, 8m or 10g".into(),
    })
}

pub(super) fn parse_bytes_or_off(text: &str) -> Result<u64, String> {
    if text == "off" { Ok(u64::MAX) } else { parse_bytes(text) }
}

pub(super) fn parse_retention(text: &str) -> Result<Retention, String> {
    const DAY_SECONDS: f64 = 24.0 * 60.0 * 60.0;
    if text == "never" {
        return Ok(None);
    }
    match text.parse::<f64>() {
        // From a minute, for tests and demonstrations, to a century.
        Ok(days) if (0.0007..=36_500.0).contains(&days) => Ok(Some(Duration::from_secs_f64(days * DAY_SECONDS))),
        _ => Err("it must be a number of days from 0.0007 to 36500, or never".into()),
    }
}

/// The longest recovery of short messages has to fit.
const LEAST_LOG_BYTES: u64 = 256 * 1024;

pub(super) fn parse_log_bytes(text: &str) -> Result<u64, String> {
    match parse_bytes(text)? {
        bytes if bytes >= LEAST_LOG_BYTES => Ok(bytes),
        _ => Err("it must be at least 256k".into()),
    }
}
