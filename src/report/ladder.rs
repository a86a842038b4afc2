//! The ladder of one session for people.

use crate::record::{Ladder, Rung};

/// For people, as an administrator knows it from a trace.
pub fn text(ladder: &Ladder) -> String {
    let width = ladder
        .rungs
        .iter()
        .filter(|r| r.to.is_some())
        .map(|r| r.what.chars().count())
        .max()
        .unwrap_or(0);
    let mut out = format!("{}\n\n", ladder.title);
    for rung in &ladder.rungs {
        let Rung {
            clock,
            from,
            what,
            reason,
            ..
        } = rung;
        out += &match rung.to.as_deref() {
            Some(to) => {
                let arrow = match (rung.transit_ms, &**from) {
                    (Some(_), "client") => "──▶",
                    (Some(_), _) => "◀──",
                    (None, "client") => "──✗",
                    (None, _) => "✗──",
                };
                let (left, right) = if from == "client" {
                    (&**from, to)
                } else {
                    (to, &**from)
                };
                format!("{clock}  {left} {arrow} {right}  {what:<width$}  {reason}\n")
            }
            None => format!(
                "{clock}  {:<18}  {what:<width$}  {reason}\n",
                format!("({from})")
            ),
        };
    }
    if ladder.left_out > 0 {
        out += &format!(
            "\n… {} more until the end of the run: --all shows them.\n",
            ladder.left_out
        );
    }
    out
}
