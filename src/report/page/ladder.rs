//! The ladder of a lost session, as the page draws it.

use serde::{Deserialize, Serialize};

use crate::report::number::duration;

/// What `ladder.json` holds.
#[derive(Deserialize)]
struct Document {
    title: String,
    rungs: Vec<Rung>,
    left_out: usize,
}

#[derive(Deserialize)]
struct Rung {
    at_us: u64,
    clock: String,
    from: String,
    to: Option<String>,
    what: String,
    transit_ms: Option<f64>,
    reason: String,
}

/// The ladder.
#[derive(Serialize)]
pub struct Ladder {
    title: String,
    rungs: Vec<Drawn>,
    left_out: usize,
}

/// One rung.
#[derive(Serialize)]
struct Drawn {
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

/// Reads `ladder.json`.
///
/// # Errors
/// Why it is none.
pub fn read(text: &str) -> Result<Ladder, String> {
    let document: Document = serde_json::from_str(text).map_err(|e| format!("ladder.json: {e}"))?;
    let mut last = None;
    let mut drawn = |rung: Rung| {
        let pause = last
            .replace(rung.at_us)
            .map_or(0, |last| rung.at_us.saturating_sub(last));
        Drawn {
            pause: (pause >= PAUSE).then(|| duration((pause as f64 / 1e6).round())),
            clock: rung.clock,
            way: match (rung.to.is_some(), rung.from.as_str()) {
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
            what: rung.what,
            reason: rung.reason,
        }
    };
    let rungs = document.rungs.into_iter().map(&mut drawn).collect();
    Ok(Ladder {
        title: document.title,
        rungs,
        left_out: document.left_out,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_told_and_a_lost_message_is_seen() {
        let rung = |at: u64, to: &str, transit: &str, what: &str| {
            format!(
                r#"{{"at_us":{at},"clock":"08:00","from":"client"{to},"what":"{what}"{transit},"reason":"r"}}"#
            )
        };
        let rungs = [
            rung(0, r#","to":"gateway""#, r#","transit_ms":1.0"#, "INVITE"),
            rung(1_500_000_000, r#","to":"gateway""#, "", "UPDATE"),
            rung(1_532_000_000, "", "", "SESSION LOST: no toasts"),
        ];
        let ladder = read(&format!(
            r#"{{"title":"t","rungs":[{}],"left_out":3}}"#,
            rungs.join(",")
        ))
        .unwrap();
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
