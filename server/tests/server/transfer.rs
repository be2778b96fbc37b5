//! One machine becomes a cluster: what it stored is in the database afterwards, and still in the folder.

use std::path::Path;
use std::process::{Command, Output};

use protocol::{HistoryPage, RoomSummary, wire};

use crate::browser::Browser;
use crate::class::{choice, quiz};
use crate::node::TestNode;
use crate::postgres_server::{PostgresServer, client};
use crate::redis_server::RedisServer;
use crate::visitor::Visitor;

fn import(from: &Path, into: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hubbub"));
    command.arg("import").arg("--from").arg(from).args(["--into", into]).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_machine_stored_a_cluster_goes_on_with() {
    let key = "a key of thirty-two characters or more";
    let flags = ["--rate-limit", "off", "--session-key", key];
    let alone = TestNode::embedded(&flags).await;
    let mut author = Browser::at(&alone).await;
    assert!(author.ask("open-room", &[("title", "Riverside Garden"), ("listed", "true")]).await.status().is_success());
    let mut ana = Visitor::in_room(&alone, "riverside-garden").await;
    for number in 1..=130 {
        ana.say(&format!("m{number}"), &format!("text {number}")).await;
    }
    assert!(author.save("", "0", &quiz(vec![choice("1?", 60)])).await.status().is_success());
    let before = author.ask("quizzes", &[]).await.text().await.unwrap();
    let cookies = author.cookies.clone();

    let postgres = PostgresServer::shared();
    let url = postgres.database().await;
    let refused = import(&alone.data_folder(), &url);
    assert!(!refused.status.success() && said(&refused).contains("another server is using"), "{}", said(&refused));
    let folder = alone.stopped().await;
    let moved = import(&folder.path().join("data"), &url);
    assert!(moved.status.success() && said(&moved).contains("1 rooms, 130 messages"), "{}", said(&moved));
    let again = import(&folder.path().join("data"), &url);
    assert!(!again.status.success() && said(&again).contains("name an empty one"), "{}", said(&again));
    let nothing = import(Path::new("/nowhere"), &url);
    assert!(!nothing.status.success() && said(&nothing).contains("/nowhere"), "{}", said(&nothing));

    let file = rusqlite::Connection::open(folder.path().join("data/hubbub.db")).unwrap();
    let kept = file.query_row("SELECT count(*) FROM publications", [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(kept, 130, "the folder has it, too");

    let redis = RedisServer::start();
    let node = TestNode::in_cluster(&redis, &url, &flags).await;
    let mut author = Browser::without_cookies(&node);
    author.cookies = cookies;
    let quizzes = author.ask("quizzes", &[]).await.text().await.unwrap();
    assert_eq!(quizzes, before);
    assert!(quizzes.contains(r#""questions":1"#), "{quizzes}");
    let rooms = author.ask("rooms", &[]).await.text().await.unwrap();
    assert_eq!(wire::decode::<Vec<RoomSummary>>(&rooms).unwrap()[0].title, "Riverside Garden");
    let mut ben = Visitor::in_room(&node, "riverside-garden").await;
    assert_eq!(ben.say("b1", "we moved").await.offset, 131, "offsets go on");
    let oldest = author.ask("history", &[("room", "riverside-garden"), ("before", "3")]).await.text().await.unwrap();
    let page: HistoryPage = wire::decode(&oldest).unwrap();
    let texts: Vec<_> = page.messages.iter().map(|message| message.message.as_str()).collect();
    assert_eq!((texts, page.more), (vec!["text 1", "text 2"], false));
    let archived = client(&url).await.query("SELECT count(*) FROM messages", &[]).await.unwrap();
    assert!(archived[0].get::<_, i64>(0) >= 130);
    node.stop().await;
}
