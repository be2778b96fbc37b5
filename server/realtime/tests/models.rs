//! Runs the models of what tasks race for, with the feature `model`. They stand beside the code, in `model.rs`.

use realtime::models::{coalesce, hub, outbox, queue};

/// Makes a test of each model.
macro_rules! models {
    ($($part:ident::$model:ident),+ $(,)?) => {
        $(#[test] fn $model() { $part::$model(); })+
    };
}

models!(
    outbox::a_call_is_never_left_without_a_wake,
    outbox::a_send_is_never_left_without_a_wake,
    outbox::a_full_outbox_ends_its_connection,
    queue::what_is_dropped_is_followed_by_interrupted,
    coalesce::each_caller_gets_what_was_read_after_it_asked,
    coalesce::whoever_gives_up_holds_up_nobody,
    hub::every_listener_has_everything_once_and_in_order,
    hub::whoever_comes_during_a_repair_misses_nothing,
    hub::what_is_lost_while_a_channel_opens_is_read_from_its_log,
    hub::a_repair_that_fails_is_tried_again,
    hub::whoever_comes_back_while_something_is_published_misses_nothing,
    hub::whoever_comes_when_a_channel_is_given_up_is_not_forgotten,
    hub::whoever_comes_when_a_channel_is_given_up_twice_is_not_forgotten,
);
