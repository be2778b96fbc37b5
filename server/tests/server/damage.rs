//! Damages what a store has, as a faulty disk or a hand would.

use rusqlite::{Connection, Params};

use crate::cluster::{Backend, Cluster};

/// Changes one row of the data file, or runs a command in the Redis: whichever the cluster is on.
pub async fn damage(cluster: &Cluster, update: &str, row: impl Params, command: &redis::Cmd) {
    match &cluster.backend {
        Backend::Embedded(folder) => {
            let file = Connection::open(folder.path().join("hubbub.db")).unwrap();
            assert_eq!(file.execute(update, row).unwrap(), 1);
        }
        Backend::Redis { url, .. } => {
            let client = redis::Client::open(url.as_str()).unwrap();
            let mut connection = client.get_multiplexed_async_connection().await.unwrap();
            command.query_async::<()>(&mut connection).await.unwrap();
        }
    }
}
