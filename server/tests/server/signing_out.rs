//! What the page shows to somebody who is about to sign out.

use protocol::{Pin, wire};

use crate::browser::Browser;
use crate::class::everywhere;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_hosts_running_games_reads_which_ones_lose_their_host() {
    everywhere(async |one, two| {
        let mut ana = Browser::at(one).await;
        assert!(!ana.get("/").await.text().await.unwrap().contains("You are hosting"));
        let mut pins = Vec::new();
        for said in ["You are hosting a game right now: ", "You are hosting games right now: "] {
            let begun = ana.ask("host-game", &[("quiz", "sample-solar-system")]).await.text().await.unwrap();
            pins.push(wire::decode::<Pin>(&begun).unwrap_or_else(|| panic!("{begun}")));
            // On any node, and on the page for a name as well.
            let mut elsewhere = Browser::without_cookies(two);
            elsewhere.cookies = ana.cookies.clone();
            for page in ["/", "/rooms/garden?name"] {
                let page = elsewhere.get(page).await.text().await.unwrap();
                assert!(page.contains(said) && page.contains("The Solar System"), "{page}");
                assert!(pins.iter().all(|pin| page.contains(&format!("PIN {}", pin.spaced()))), "{page}");
            }
        }
        let page = Browser::at(two).await.get("/").await.text().await.unwrap();
        assert!(!page.contains("You are hosting"), "it is hers");
    })
    .await;
}
