//! The network does what it is told.

use std::io::ErrorKind;

use tokio::time::timeout;

use super::*;

const SOON: Duration = Duration::from_secs(5);
const NOT_YET: Duration = Duration::from_millis(100);

/// Both ends of a connection through a network.
async fn connected() -> (Proxy, TcpStream, TcpStream) {
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = TcpListener::bind(anywhere).await.unwrap();
    let proxy = Proxy::start(anywhere, listener.local_addr().unwrap()).await.unwrap();
    let client = TcpStream::connect(proxy.address()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (proxy, client, server)
}

async fn hears(stream: &mut TcpStream, words: &str) {
    let mut heard = vec![0; words.len()];
    timeout(SOON, stream.read_exact(&mut heard)).await.unwrap().unwrap();
    assert_eq!(heard, words.as_bytes());
}

#[tokio::test]
async fn words_pass_both_ways_whole_or_sliced() {
    let (proxy, mut client, mut server) = connected().await;
    for slices in [false, true] {
        proxy.set(NetworkConditions { slices, ..NetworkConditions::default() });
        client.write_all(b"from the client").await.unwrap();
        hears(&mut server, "from the client").await;
        server.write_all(b"from the server").await.unwrap();
        hears(&mut client, "from the server").await;
    }
}

#[tokio::test]
async fn a_pulled_cable_holds_everything_back_until_it_is_in_again() {
    let (proxy, mut client, mut server) = connected().await;
    proxy.set(NetworkConditions::pulled());
    client.write_all(b"late").await.unwrap();
    let mut byte = [0];
    assert!(timeout(NOT_YET, server.read(&mut byte)).await.is_err());
    proxy.set(NetworkConditions::default());
    hears(&mut server, "late").await;
}

#[tokio::test]
async fn a_reset_is_felt_at_both_ends() {
    let (proxy, mut client, mut server) = connected().await;
    proxy.inject(Fault::Reset);
    for end in [&mut client, &mut server] {
        let error = timeout(SOON, end.read(&mut [0])).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_half_closed_connection_still_carries_the_other_half() {
    let (proxy, mut client, mut server) = connected().await;
    proxy.inject(Fault::CloseToClient);
    assert_eq!(timeout(SOON, client.read(&mut [0])).await.unwrap().unwrap(), 0);
    client.write_all(b"still here").await.unwrap();
    hears(&mut server, "still here").await;
}
