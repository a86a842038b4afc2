//! The laws of conservation that every tally obeys.

use crate::measure::{Counter, Tally};

/// The laws of conservation, in release builds too ([laws](crate::deployment#laws)): a broken one is a fault of the program, never the user's.
pub(super) fn check_laws(t: &Tally) {
    let states = t.usable_us + t.setting_up_us + t.silent_us + t.visible_us;
    assert_eq!(
        states, t.signed_in_us,
        "the states of a user do not add up to the signed-in time"
    );
    let minutes: u128 = t
        .minutes
        .iter()
        .map(|m| {
            u128::from(m.usable_us)
                + u128::from(m.setting_up_us)
                + u128::from(m.silent_us)
                + u128::from(m.visible_us)
        })
        .sum();
    assert_eq!(
        minutes, t.signed_in_us,
        "the time series does not add up to the signed-in time"
    );
    assert_eq!(
        t.get(Counter::ToastsDue),
        t.get(Counter::ToastsShown) + t.all_missed(),
        "toasts due are neither shown nor missed"
    );
    let crossed = |sent, delivered, lost, in_flight| {
        assert_eq!(
            t.get(sent),
            t.get(delivered) + t.get(lost) + t.get(in_flight),
            "messages sent are neither delivered nor lost nor in flight"
        );
    };
    crossed(
        Counter::MessagesSent,
        Counter::MessagesDelivered,
        Counter::MessagesLost,
        Counter::MessagesInFlight,
    );
    crossed(
        Counter::ClientLegSent,
        Counter::ClientLegDelivered,
        Counter::ClientLegLost,
        Counter::ClientLegInFlight,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaks(change: impl FnOnce(&mut Tally)) -> bool {
        let mut tally = Tally::default();
        change(&mut tally);
        std::panic::catch_unwind(|| check_laws(&tally)).is_err()
    }

    #[test]
    fn a_broken_law_is_noticed() {
        assert!(!breaks(|_| {}));
        assert!(breaks(|t| t.signed_in_us = 1));
        assert!(breaks(|t| {
            (t.signed_in_us, t.usable_us) = (1, 1); // and not in the time series
        }));
        assert!(breaks(|t| t.count(Counter::ToastsDue)));
        assert!(breaks(|t| t.count(Counter::MessagesSent)));
        assert!(breaks(|t| t.count(Counter::ClientLegLost)));
    }
}
