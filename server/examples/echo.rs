//! A node that sends every frame back: the echo server that the
//! conformance suite for RFC 6455 needs. `.ci/conformance` starts it with the
//! flags of a node. It is no part of the release.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use clap::Parser;
use protocol::Member;
use realtime::outbox::Outbox;
use realtime::presence::Departure;
use server::config::Config;
use server::ws::{Action, Frame, Handler, Service, SocketKind, Visitor};

struct EchoService;

impl Service for EchoService {
    type Handler = Echo;
    type Credentials = ();

    fn credentials(&self, _: &HeaderMap, _: IpAddr) {}

    fn begin(self: Arc<Self>, visitor: Visitor, outbox: Arc<Outbox>, (): ()) -> Echo {
        Echo(visitor.member, outbox)
    }
}

struct Echo(Arc<Member>, Arc<Outbox>);

impl Handler for Echo {
    type Deferred = Infallible;

    const KIND: SocketKind = SocketKind::Rooms;

    fn member(&self) -> &Arc<Member> {
        &self.0
    }

    fn on_frame(&mut self, frame: Frame<'_>) -> Action<Infallible> {
        match frame {
            Frame::Text(text) => self.1.push(text),
            Frame::Binary(bytes) => self.1.push_binary(bytes),
        }
        Action::Done
    }

    async fn on_deferred(&mut self, deferred: Infallible) {
        match deferred {}
    }

    fn on_close(&mut self, _: Departure) {}
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let running = server::start_with(Config::parse(), |_| Arc::new(EchoService)).await?;
    println!("ws://{}/ws", running.address);
    std::future::pending().await
}
