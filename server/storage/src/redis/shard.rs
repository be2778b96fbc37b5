//! One Redis master that this node uses: a connection for publications and deliveries, one for all other
//! commands, and the probes of both.

use std::sync::Arc;

use redis::{Cmd, FromRedisValue, Pipeline, RedisResult, Script, ScriptInvocation};
use tokio::sync::Notify;
use tokio_util::task::AbortOnDropHandle;

use super::commands::Commands;
use super::connection::Connection;
use super::desired::Desired;
use super::health::{self, Health};
use super::info::IncompatibleRedis;
use super::keyspace::{Keyspace, PubSubNames};
use super::options::{Preload, Subscriber};
use super::servers::Address;
use super::subscriptions::{CurrentConnection, MessageHandler, Subscriptions};
use crate::StorageError;

/// What all shards of a node share.
#[derive(Clone)]
pub(super) struct ShardContext {
    pub(super) subscriber: Arc<dyn Subscriber>,
    pub(super) is_sharded: bool,
    pub(super) is_cluster: bool,
    pub(super) reload_slots: Arc<Notify>,
    pub(super) keyspace: Keyspace,
    pub(super) preload: Preload,
}

/// A handle to one Redis master. Its tasks end when it is dropped.
pub struct Shard {
    pub(super) address: Address,
    pub(super) desired: Arc<Desired>,
    /// The pub/sub channel of its probes.
    pub(super) probe: String,
    pub(super) keyspace: Keyspace,
    names: PubSubNames,
    commands: Commands,
    connection: Arc<CurrentConnection>,
    health: Arc<Health>,
    is_sharded: bool,
    _tasks: [AbortOnDropHandle<()>; 2],
}

impl Shard {
    /// Starts to connect. `probe` is a name that no other node uses; the database's number is appended.
    pub(super) fn open(address: Address, probe: String, common: &ShardContext) -> RedisResult<Self> {
        let client = address.client()?;
        let health = Arc::new(Health::default());
        let desired = Arc::new(Desired::new());
        let names = PubSubNames::new(common.keyspace.clone(), address.database());
        let probe = probe + names.database();
        let first = (common.preload)(&names, common.is_sharded);
        let commands = Commands::open(client, common.is_cluster, Arc::clone(&common.reload_slots), first);
        let handler = MessageHandler {
            subscriber: Arc::clone(&common.subscriber),
            health: Arc::clone(&health),
            names: names.clone(),
            probe: probe.clone(),
        };
        let connection = Arc::new(CurrentConnection::default());
        let subscriptions = Subscriptions {
            address: address.clone(),
            connection: Arc::clone(&connection),
            handler: Arc::new(handler),
            desired: Arc::clone(&desired),
            is_sharded: common.is_sharded,
            is_cluster: common.is_cluster,
            reload_slots: Arc::clone(&common.reload_slots),
        };
        let mut sent = Cmd::new();
        sent.arg(publish_command(common.is_sharded)).arg(&probe).arg("");
        let tasks = [
            AbortOnDropHandle::new(tokio::spawn(subscriptions.run())),
            AbortOnDropHandle::new(tokio::spawn(health::probe(commands.clone(), Arc::clone(&health), sent))),
        ];
        let (keyspace, is_sharded) = (common.keyspace.clone(), common.is_sharded);
        Ok(Self { address, desired, probe, keyspace, names, commands, connection, health, is_sharded, _tasks: tasks })
    }

    /// The names of this server's pub/sub channels.
    pub fn names(&self) -> &PubSubNames {
        &self.names
    }

    /// Builds the names of keys, with the prefix of the deployment.
    pub fn keyspace(&self) -> &Keyspace {
        &self.keyspace
    }

    /// The connection for publications, while it is up.
    pub fn connection(&self) -> Option<Arc<Connection>> {
        self.connection.connection()
    }

    /// Runs a script, loading it first if Redis does not have it.
    pub async fn invoke<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StorageError> {
        self.commands.invoke(script).await
    }

    /// Runs a script as [`Commands::invoke_on`] does.
    pub async fn invoke_on<T: FromRedisValue>(
        &self,
        script: &Script,
        fill: impl FnOnce(&mut ScriptInvocation<'_>, &str),
    ) -> Result<T, StorageError> {
        self.commands.invoke_on(script, fill).await
    }

    /// Runs a command on the connection for commands.
    pub async fn run<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StorageError> {
        self.commands.run(command).await
    }

    /// Runs several commands in one round trip.
    pub async fn run_all<T: FromRedisValue>(&self, commands: &Pipeline) -> Result<T, StorageError> {
        self.commands.run_all(commands).await
    }

    /// `PUBLISH` or `SPUBLISH`, for scripts.
    pub fn publish_command(&self) -> &'static str {
        publish_command(self.is_sharded)
    }

    /// Ok when a probe came back lately.
    ///
    /// # Errors The last error of the connection.
    pub fn check(&self) -> Result<(), StorageError> {
        self.health.check()
    }

    /// Whether probes came back once, and do not now.
    pub fn is_lost(&self) -> bool {
        self.health.is_lost()
    }

    /// Whether the connection for commands is up.
    pub(super) fn is_up(&self) -> bool {
        self.commands.is_up()
    }

    /// Waits until the first attempt to connect has ended. An error means that no later one can succeed.
    pub(super) async fn first_attempt(&self) -> Result<(), IncompatibleRedis> {
        self.commands.first_attempt().await
    }
}

/// The command that sends to all subscribers: `PUBLISH` or `SPUBLISH`.
pub fn publish_command(is_sharded: bool) -> &'static str {
    if is_sharded { "SPUBLISH" } else { "PUBLISH" }
}
