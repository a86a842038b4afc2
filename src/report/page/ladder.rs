//! The ladder of a lost session, as the page draws it.

use serde::Serialize;

use crate::quantity::number::duration;
use crate::record::{self, Rung};

/// The ladder.
#[derive(Serialize)]
pub(super) struct LadderView {
    title: String,
    rungs: Vec<RungView>,
    left_out: usize,
}

/// One rung.
#[derive(Serialize)]
struct RungView {
    /// How long nothing happened before, where that is worth a word.
    pause: Option<String>,
    clock: String,
    /// `right`, `left`; `client`, `gateway`: what happened there.
    way: &'static str,
    arrived: bool,
    /// The session is lost here, or up.
    mark: &'static str,
    what: String,
    reason: String,
}

/// A pause is worth a word from here on [us].
const PAUSE: u64 = 2_000_000;

/// The ladder, as it is drawn.
pub(super) fn view(ladder: &record::Ladder) -> LadderView {
    let mut last = None;
    let rung_view = |rung: &Rung| {
        let pause = last
            .replace(rung.at_us)
            .map_or(0, |last| rung.at_us.saturating_sub(last));
        RungView {
            pause: (pause >= PAUSE).then(|| duration((pause as f64 / 1e6).round())),
            clock: rung.clock.clone(),
            way: match (rung.to.is_some(), &*rung.from) {
                (true, "client") => "right",
                (true, _) => "left",
                (false, "client") => "client",
                (false, _) => "gateway",
            },
            arrived: rung.transit_ms.is_some(),
            mark: match rung.what.as_str() {
                what if what.starts_with("SESSION LOST") => "lost",
                "session up" => "up",
                _ => "",
            },
            what: rung.what.clone(),
            reason: rung.reason.clone(),
        }
    };
    LadderView {
        title: ladder.title.clone(),
        rungs: ladder.rungs.iter().map(rung_view).collect(),
        left_out: ladder.left_out,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_told_and_a_lost_message_is_seen() {
        let rung = |at_us: u64, to: Option<&'static str>, transit_ms, event: &str| Rung {
            at_us,
            clock: "08:00".into(),
            from: "client".into(),
            to: to.map(Into::into),
            what: event.into(),
            transit_ms,
            reason: "r".into(),
        };
        let ladder = view(&record::Ladder {
            schema: "rccsim.ladder/1".into(),
            title: "t".into(),
            rungs: vec![
                rung(0, Some("gateway"), Some(1.0), "INVITE"),
                rung(1_500_000_000, Some("gateway"), None, "UPDATE"),
                rung(1_532_000_000, None, None, "SESSION LOST: no toasts"),
            ],
            left_out: 3,
        });
        let pauses: Vec<Option<&str>> = ladder.rungs.iter().map(|r| r.pause.as_deref()).collect();
        assert_eq!(pauses, [None, Some("25 min"), Some("32 s")]);
        assert_eq!(
            ladder.rungs.iter().map(|r| r.arrived).collect::<Vec<_>>(),
            [true, false, false]
        );
        assert_eq!(
            ladder.rungs.iter().map(|r| r.way).collect::<Vec<_>>(),
            ["right", "right", "client"]
        );
        assert_eq!((ladder.rungs[2].mark, ladder.left_out), ("lost", 3));
    }
}
