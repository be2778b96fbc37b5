//! One test body, run on every implementation.

/// Makes one test of each function in brackets on each backend named before
/// them: `Cluster on redis` starts `Cluster::redis()` for each test of its own.
macro_rules! contract {
    ($place:ident on $($backend:ident),+ => $tests:tt) => {
        $(contract!(@ $place::$backend in $backend $tests);)+
    };
    (@ $place:ident::$start:ident in $name:ident [$($test:ident),+ $(,)?]) => {
        mod $name {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test($place::$start().await).await;
                }
            )+
        }
    };
}

/// The same on every backend that a site can have.
macro_rules! on_every_backend {
    ($place:ident => $tests:tt) => {
        contract!($place on embedded, redis, sharded_redis, three_shards, redis_cluster => $tests);
    };
}
