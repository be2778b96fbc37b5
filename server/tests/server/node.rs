//! Nodes of the real server in this process, each on a port of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Parser;
use server::Running;
use server::config::Config;
use tempfile::TempDir;

use crate::redis_server::RedisServer;

/// A node with a data folder of its own.
pub struct TestNode {
    /// The address that the node serves on.
    pub address: SocketAddr,
    running: Running,
    folder: TempDir,
    flags: Vec<String>,
}

impl TestNode {
    /// A node with the embedded broker.
    pub async fn embedded(flags: &[&str]) -> Self {
        Self::start(folder_with_site(), flags.iter().map(ToString::to_string).collect()).await
    }

    /// The same, over a data folder that `fill` fills before the node starts.
    pub async fn with_data(fill: impl FnOnce(&Path)) -> Self {
        let folder = folder_with_site();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        fill(&data);
        Self::start(folder, Vec::new()).await
    }

    async fn start(folder: TempDir, flags: Vec<String>) -> Self {
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (data, site) = (path("data"), path("site"));
        let own = ["hubbub", "--listen", "127.0.0.1:0", "--data-dir", &data, "--site-dir", &site];
        let config = Config::try_parse_from(own.into_iter().chain(flags.iter().map(String::as_str))).unwrap();
        let running = server::start(config).await.unwrap();
        Self { address: running.address, running, folder, flags }
    }

    /// The folder of its data.
    pub fn data_dir(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// The same node after a stop: another address, the same data.
    pub async fn restarted(self) -> Self {
        let Self { running, folder, flags, .. } = self;
        running.stop().await;
        Self::start(folder, flags).await
    }

    /// The same, with other flags from then on.
    pub async fn restarted_with(mut self, flags: &[&str]) -> Self {
        self.flags = flags.iter().map(ToString::to_string).collect();
        self.restarted().await
    }

    /// A node of a cluster in which something lasts.
    pub async fn in_cluster(redis: &RedisServer, database: &str, flags: &[&str]) -> Self {
        Self::with_redis(&redis.url(), &[&["--database", database], flags].concat()).await
    }

    /// A node of a cluster without a database.
    pub async fn with_redis(url: &str, flags: &[&str]) -> Self {
        Self::embedded(&[&["--redis", url], flags].concat()).await
    }

    /// The URL of a path on this node.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The folder with the data file.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Adds a static file that is larger than any socket's buffers.
    pub fn put_large_file(&self, name: &str) {
        std::fs::write(self.folder.path().join("site").join(name), vec![0; 24 << 20]).unwrap();
    }

    /// The address of the metrics.
    pub fn figures_address(&self) -> SocketAddr {
        self.running.metrics_address.unwrap()
    }

    /// The metrics as text.
    pub async fn figures(&self) -> String {
        let url = format!("http://{}/metrics", self.figures_address());
        reqwest::get(url).await.unwrap().text().await.unwrap()
    }

    /// Stops as on SIGTERM.
    pub async fn stop(self) {
        self.running.stop().await;
    }

    /// Stops as on SIGTERM; returns the folder with what it stored.
    pub async fn stopped(self) -> TempDir {
        self.running.stop().await;
        self.folder
    }

    /// The parts of the running node.
    pub fn node(&self) -> &server::node::Node {
        self.running.node()
    }
}

fn folder_with_site() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    // The browser tests cover the pages; these need only that their folder exists.
    std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
    std::fs::write(folder.path().join("site/robots.txt"), "User-agent: *\n").unwrap();
    folder
}
