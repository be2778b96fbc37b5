//! The client against a model: whatever a network and a server do, every page shows the log as one reader from the
//! beginning sees it, and what people send is in it once.

mod client;
mod log;
mod server;
mod world;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use server::Mishap;
use world::{CLIENTS, Trouble, World};

fn client() -> impl Strategy<Value = usize> {
    0..CLIENTS
}

/// Mostly ordinary steps, or no client would be live when a fault comes.
fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        12 => client().prop_map(|who| Trouble::Says { who, bad: false }),
        1 => client().prop_map(|who| Trouble::Says { who, bad: true }),
        8 => (client(), any::<usize>(), any::<bool>()).prop_map(|(who, which, deletes)| Trouble::Changes { who, which, deletes }),
        6 => client().prop_map(|who| Trouble::LooksBack { who }),
        16 => (1..12_u32).prop_map(|steps| Trouble::Life { steps }),
        6 => prop_oneof![1..2_000_u64, 1..60_000_u64].prop_map(|ms| Trouble::Time { ms }),
        3 => Just(Trouble::Calm),
        3 => (client(), any::<bool>()).prop_map(|(who, noticed)| Trouble::Cut { who, noticed }),
        2 => (client(), any::<bool>()).prop_map(|(who, upwards)| Trouble::LosesFrame { who, upwards }),
        2 => client().prop_map(|who| Trouble::RepeatsFrame { who }),
        2 => (client(), any::<bool>()).prop_map(|(who, online)| Trouble::Network { who, online }),
        2 => (client(), any::<bool>()).prop_map(|(who, drawn_by_server)| Trouble::ReloadsPage { who, drawn_by_server }),
        1 => (client(), any::<bool>()).prop_map(|(who, again)| Trouble::Decides { who, again }),
        1 => (client(), 0..6_usize).prop_map(|(who, timer)| Trouble::WakesForNothing { who, timer }),
        1 => any::<bool>().prop_map(|keeps_messages| Trouble::Restart { keeps_messages }),
        2 => Just(Trouble::Rename),
        2 => Just(Trouble::Trim),
        2 => any::<bool>().prop_map(|away| Trouble::LogAway { away }),
        2 => any::<bool>().prop_map(|stale| Trouble::StalePages { stale }),
        1 => Just(Trouble::Happens(Mishap::TakenButRefused)),
        1 => Just(Trouble::Happens(Mishap::RateLimited)),
        1 => Just(Trouble::Happens(Mishap::FalseClaim)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("proptest-regressions/recovery.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn after_any_storm_every_page_shows_the_log_and_every_message_is_in_it_once(
        seed: u64,
        storm in prop::collection::vec(trouble(), 1..120),
    ) {
        let mut world = World::new(seed);
        for trouble in storm {
            world.suffer(trouble);
        }
        world.calm_down();
        world.check();
    }
}
