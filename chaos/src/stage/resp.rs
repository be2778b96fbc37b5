//! As much of Redis' protocol as an operator needs: one command, one answer.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::future::BoxFuture;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// An answer of Redis, in the forms that the commands of this crate have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A line or a value.
    Text(String),
    /// An answer that is a number.
    Number(i64),
    /// An answer of several parts.
    List(Vec<Reply>),
    /// The answer for a missing value.
    Nothing,
}

impl Reply {
    /// The text, or an empty one.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }
}

/// Gives one command, over a connection of its own.
///
/// # Errors
/// Redis refused it, or did not answer in time.
pub async fn command(address: SocketAddr, words: &[&str], within: Duration) -> Result<Reply> {
    let asked = async {
        let mut stream = BufReader::new(TcpStream::connect(address).await?);
        stream.write_all(spell(words).as_bytes()).await?;
        read(&mut stream).await
    };
    timeout(within, asked).await.context("Redis does not answer")?
}

fn spell(words: &[&str]) -> String {
    let mut text = format!("*{}\r\n", words.len());
    words.iter().for_each(|word| text.push_str(&format!("${}\r\n{word}\r\n", word.len())));
    text
}

fn read(stream: &mut BufReader<TcpStream>) -> BoxFuture<'_, Result<Reply>> {
    Box::pin(async move {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let line = line.trim_end();
        let (kind, rest) = line.split_at_checked(1).context("Redis closed the connection")?;
        Ok(match kind {
            "+" => Reply::Text(rest.to_owned()),
            "-" => bail!("Redis refused: {rest}"),
            ":" => Reply::Number(rest.parse()?),
            "$" if rest == "-1" => Reply::Nothing,
            "$" => {
                let mut bytes = vec![0; rest.parse::<usize>()? + 2];
                stream.read_exact(&mut bytes).await?;
                bytes.truncate(bytes.len() - 2);
                Reply::Text(String::from_utf8_lossy(&bytes).into_owned())
            }
            "*" => {
                let mut list = Vec::new();
                for _ in 0..rest.parse::<i64>()? {
                    list.push(read(stream).await?);
                }
                Reply::List(list)
            }
            _ => bail!("Redis says something else: {line}"),
        })
    })
}
