//! One test body, run on every implementation.

/// Makes one test of each named function on one kind of cluster.
macro_rules! contract {
    ($name:ident: $start:expr => $($test:ident),+ $(,)?) => {
        mod $name {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    super::$test($start.await).await;
                }
            )+
        }
    };
}
