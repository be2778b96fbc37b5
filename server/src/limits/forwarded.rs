//! The address of a client behind proxies.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Once;

use axum::http::HeaderMap;
use tracing::warn;

use super::TrustedProxies;

/// The header to which each proxy appends the address of its peer.
const HEADER: &str = "x-forwarded-for";

/// The address of the client in its canonical form: the last hop that is none of our own proxies.
///
/// Where an entry cannot be parsed, the proxy that wrote it stands for its client. The entries before that
/// one are never believed: anybody may have written them.
pub fn client_address(peer: SocketAddr, headers: &HeaderMap, proxies: &TrustedProxies) -> IpAddr {
    let is_trusted = |address: &IpAddr| proxies.iter().any(|proxy| proxy.contains(address));
    let mut address = peer.ip().to_canonical();
    let lists = headers.get_all(HEADER).iter().rev();
    let mut hops = lists.flat_map(|list| list.as_bytes().rsplit(|byte| *byte == b','));
    while is_trusted(&address) {
        let Some(hop) = hops.next().and_then(parse_hop) else { break };
        address = hop;
    }
    address
}

/// Warns once that limits count a proxy as one client, when one from a private network is
/// not configured as trusted.
pub fn warn_of_unknown_proxy(peer: SocketAddr, headers: &HeaderMap, proxies: &TrustedProxies) {
    static WARNED: Once = Once::new();
    let peer = peer.ip().to_canonical();
    let is_near = match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    if is_near && headers.contains_key(HEADER) && !proxies.iter().any(|proxy| proxy.contains(&peer)) {
        WARNED.call_once(|| {
            warn!("all who come through a proxy share the limits of one address: name it with --trusted-proxies");
        });
    }
}

/// Parses `ip`, `ip:port`, `[v6]` or `[v6]:port`, with spaces or quotes around it.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let hop = std::str::from_utf8(hop).ok()?.trim();
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || hop.parse().map(|hop: SocketAddr| hop.ip()).ok();
    let address = hop.parse().ok().or_else(in_brackets).or_else(with_port)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PROXY: &str = "10.0.0.1";

    /// Who asked, when our proxy at 10.0.0.1 passes these lists on.
    fn behind_proxy(lists: &[&str]) -> String {
        behind(&["10.0.0.0/8", "fd00::/8"], PROXY, lists)
    }

    fn behind(proxies: &[&str], peer: &str, lists: &[&str]) -> String {
        let proxies: Vec<_> = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        let lists = lists.iter().map(|list| (HEADER.parse().unwrap(), HeaderValue::from_str(list).unwrap()));
        let headers = lists.fold(HeaderMap::new(), |mut headers, (name, list): (axum::http::HeaderName, _)| {
            headers.append(name, list);
            headers
        });
        client_address(SocketAddr::new(peer.parse().unwrap(), 5), &headers, &proxies).to_string()
    }

    #[test]
    fn a_forwarded_address_counts_only_from_our_own_proxy() {
        let list = ["6.6.6.6, 7.7.7.7, 10.0.0.2"];
        assert_eq!(behind(&[PROXY], "9.9.9.9", &list), "9.9.9.9", "anybody can write a header");
        assert_eq!(behind(&[PROXY], PROXY, &list), "10.0.0.2", "one proxy is not its neighbour");
        assert_eq!(behind(&["10.0.0.0/24"], PROXY, &list), "7.7.7.7", "the client cannot add hops of its own");
        assert_eq!(behind(&[], PROXY, &list), PROXY);
    }

    #[test]
    fn every_form_of_an_address_is_read() {
        for (entry, address) in [
            ("7.7.7.7", "7.7.7.7"),
            (" 7.7.7.7 ", "7.7.7.7"),
            ("7.7.7.7:51234", "7.7.7.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:51234", "2001:db8::7"),
            ("::ffff:7.7.7.7", "7.7.7.7"),
            ("[::ffff:7.7.7.7]:80", "7.7.7.7"),
        ] {
            assert_eq!(behind_proxy(&[&format!("6.6.6.6, {entry}")]), address, "{entry}");
        }
    }

    #[test]
    fn nothing_left_of_what_cannot_be_read_is_believed() {
        for entry in
            ["unknown", "_hidden", "", "7.7.7.7:port", "7.7.7.7:99999", "[7.7.7.7]", "[::1", "\"7.7.7.7\"", "7.7.7"]
        {
            assert_eq!(behind_proxy(&[&format!("6.6.6.6, {entry}")]), PROXY, "{entry:?}");
            assert_eq!(behind_proxy(&[&format!("6.6.6.6, {entry}, 10.0.0.9")]), "10.0.0.9", "{entry:?}");
        }
        assert_eq!(behind_proxy(&["6.6.6.6", "\u{fc}"]), PROXY, "a list that is no ASCII is no address either");
    }

    #[test]
    fn several_lists_are_one() {
        assert_eq!(behind_proxy(&["6.6.6.6", "7.7.7.7, 10.0.0.3"]), "7.7.7.7");
        assert_eq!(behind_proxy(&["7.7.7.7", "10.0.0.3"]), "7.7.7.7");
    }

    #[test]
    fn a_proxy_may_speak_either_ip() {
        assert_eq!(behind(&[PROXY], "::ffff:10.0.0.1", &["7.7.7.7"]), "7.7.7.7");
        assert_eq!(behind_proxy(&["7.7.7.7, fd00::5"]), "7.7.7.7");
    }
}
