//! What the dialogs of one kind of client say of it.

use super::dialog::GIVES_UP_US;
use super::exchange::{DialogTrace, Exchange};
use super::finding::{
    FilePlaces, Finding, by_majority, exchange_places, majority, places, seconds, times,
};
use super::party::Party;
use crate::protocol::{Allow, Subject};

/// What was found of a client.
pub(super) fn party(gateway: usize, agent: &str, dialogs: &[&DialogTrace]) -> Party {
    let mut findings = vec![offered(dialogs)];
    findings.extend(min_se(dialogs));
    findings.extend(method(dialogs));
    findings.push(interval(dialogs));
    findings.push(reaction(
        dialogs,
        "refresh unanswered",
        |x| x.answer.is_none(),
        "on_no_answer",
    ));
    findings.push(reaction(
        dialogs,
        "refresh refused",
        |x| matches!(x.code(), Some(405 | 501)),
        "on_rejection",
    ));
    findings.push(reestablishment(dialogs));
    findings.extend(events(dialogs));
    findings.extend(odd_acks(dialogs));
    Party {
        gateway,
        address: None,
        product: agent.into(),
        transport: dialogs.iter().find_map(|d| d.transport_word()),
        dialogs: dialogs.len(),
        class: None,
        findings,
    }
}

fn offered(dialogs: &[&DialogTrace]) -> Finding {
    const NAME: &str = "Session-Expires offered";
    let samples: Vec<_> = dialogs
        .iter()
        .filter_map(|d| {
            let invite = d.by_client("INVITE").find(|x| !x.in_dialog)?;
            Some((
                invite.offered.as_ref().map(|(_, s)| *s),
                places(d, invite.places()),
            ))
        })
        .collect();
    let Some((value, finding)) = by_majority(NAME, &samples, |s| {
        s.map_or("none".into(), |s| format!("{s} s"))
    }) else {
        return Finding::unseen(NAME, "no INVITE that opens a dialog");
    };
    match value {
        Some(s) if s >= 90 => finding.setting("session_expires", format!("{s} s")),
        _ => finding,
    }
}

fn min_se(dialogs: &[&DialogTrace]) -> Option<Finding> {
    let samples: Vec<_> = dialogs
        .iter()
        .filter_map(|d| {
            let invite = d.by_client("INVITE").find(|x| !x.in_dialog)?;
            Some((invite.min_se_s?, places(d, invite.places())))
        })
        .collect();
    let (value, finding) = by_majority("Min-SE sent", &samples, |s| format!("{s} s"))?;
    let valid = (90..=65_535).contains(&value);
    Some(if valid {
        finding.setting("min_se", format!("{value} s"))
    } else {
        finding
    })
}

/// Refreshes before anything was refused: what the client chose by itself.
fn unrefused_refreshes(dialog: &DialogTrace) -> Vec<&Exchange> {
    let mut refreshes = Vec::new();
    for refresh in dialog.refreshes() {
        refreshes.push(refresh);
        if refresh
            .code()
            .is_some_and(|code| code == 405 || code == 501)
        {
            break;
        }
    }
    refreshes
}

fn allow_of(dialog: &DialogTrace) -> Option<Allow> {
    Some(dialog.setup()?.answer.as_ref()?.allow)
}

/// The method by which it refreshes, and which of the model's rules that fits.
fn method(dialogs: &[&DialogTrace]) -> Option<Finding> {
    const NAME: &str = "refreshes by";
    let mut samples: Vec<((&str, Option<Allow>), FilePlaces)> = Vec::new();
    for dialog in dialogs {
        for refresh in unrefused_refreshes(dialog) {
            let word = if refresh.method == "UPDATE" {
                "UPDATE"
            } else {
                "re-INVITE"
            };
            samples.push(((word, allow_of(dialog)), places(dialog, refresh.places())));
        }
    }
    if samples.is_empty() {
        return Some(Finding::unseen(NAME, "no refresh was sent"));
    }
    let fits = |rule: &str| {
        samples.iter().all(|((word, allow), _)| {
            let update = match (rule, allow) {
                ("update", _) => true,
                ("re-invite", _) => false,
                ("rfc4028", allow) => *allow == Some(Allow::WithUpdate),
                (_, allow) => *allow != Some(Allow::WithoutUpdate),
            };
            (*word == "UPDATE") == update
        })
    };
    let half = refreshes_at_half(dialogs);
    let order: [&str; 4] = if half {
        ["rfc4028", "by-allow", "update", "re-invite"]
    } else {
        ["by-allow", "rfc4028", "update", "re-invite"]
    };
    let rules: Vec<&str> = order.into_iter().filter(|rule| fits(rule)).collect();
    let count = samples.len();
    let (value, so, evidence) = majority(&samples)?;
    let text = value.0.to_string();
    let mut sureness = times(so, count);
    let finding = match rules.as_slice() {
        [] => {
            sureness += "; fits none of the model's rules";
            Finding::measured(NAME, text, sureness, evidence)
        }
        [only_rule] => {
            sureness += &format!("; only `{only_rule}` fits");
            Finding::measured(NAME, text, sureness, evidence).setting("refresh_method", *only_rule)
        }
        [first, alternatives @ ..] => {
            sureness += &format!("; `{first}` fits, and so would {}", alternatives.join(", "));
            Finding::measured(NAME, text, sureness, evidence).setting("refresh_method", *first)
        }
    };
    Some(finding)
}

/// From the start, or the last success, to the next refresh: µs, with the session in force.
fn intervals(dialog: &DialogTrace) -> Vec<(u64, Option<u32>, FilePlaces)> {
    let mut gaps = Vec::new();
    let Some(setup) = dialog.setup().and_then(|x| x.answer.as_ref()) else {
        return gaps;
    };
    let mut since = setup.sighting.at_us;
    let mut granted = setup.granted_s;
    for refresh in dialog.refreshes() {
        let Some((start, at)) = since.zip(refresh.at_us()) else {
            break;
        };
        gaps.push((
            at.saturating_sub(start),
            granted,
            places(dialog, refresh.places()),
        ));
        match refresh.answer.as_ref().filter(|_| refresh.succeeded()) {
            Some(answer) => {
                since = answer.sighting.at_us;
                granted = answer.granted_s.or(granted);
            }
            None => break,
        }
    }
    gaps
}

fn refreshes_at_half(dialogs: &[&DialogTrace]) -> bool {
    let gaps: Vec<_> = dialogs.iter().flat_map(|d| intervals(d)).collect();
    !gaps.is_empty()
        && gaps.iter().all(|(us, granted, _)| {
            granted.is_some_and(|s| us.abs_diff(u64::from(s) * 500_000) <= u64::from(s) * 10_000)
        })
}

fn interval(dialogs: &[&DialogTrace]) -> Finding {
    const NAME: &str = "refresh interval";
    let gaps: Vec<_> = dialogs.iter().flat_map(|d| intervals(d)).collect();
    let mut us: Vec<u64> = gaps.iter().map(|(us, ..)| *us).collect();
    us.sort_unstable();
    let (Some(shortest), Some(longest), Some(median)) =
        (us.first(), us.last(), us.get(us.len() / 2))
    else {
        return Finding::unseen(NAME, "no refresh with a time after the 2xx to INVITE");
    };
    let evidence = gaps.iter().map(|(.., p)| p.clone()).collect();
    // Within 2 % or half a second the intervals are one, rounded to whole seconds where they are near one.
    let even = longest - shortest <= (median / 50).max(500_000);
    let rounded = (median + 500_000) / 1_000_000 * 1_000_000;
    let near = median.abs_diff(rounded) <= 100_000.max(median / 100) && rounded > 0;
    let interval_us = if near { rounded } else { *median };
    let mut sureness = times(us.len(), us.len());
    let mut value = seconds(interval_us);
    if !even {
        value = format!("{} to {}", seconds(*shortest), seconds(*longest));
        sureness = format!("{} intervals, which differ", us.len());
    } else if refreshes_at_half(dialogs) {
        value += ", half of the session";
    } else if let Some(s) = gaps.iter().find_map(|(us, g, _)| {
        g.filter(|g| (*us..us * 4 / 3).contains(&(u64::from(*g) * 1_000_000)))
    }) {
        let before = u64::from(s) * 1_000_000 - interval_us;
        value += &format!(", {} before the session ends", seconds(before));
    }
    let finding = Finding::measured(NAME, value, sureness, evidence);
    if even && interval_us >= 1_000_000 {
        finding.setting("refresh_interval", seconds(interval_us))
    } else {
        finding
    }
}

/// What the client did after refreshes that failed in one way.
fn reaction(
    dialogs: &[&DialogTrace],
    name: &'static str,
    failed: impl Fn(&Exchange) -> bool,
    key: &'static str,
) -> Finding {
    let mut samples: Vec<((String, Option<&'static str>), FilePlaces)> = Vec::new();
    for dialog in dialogs {
        let Some(refresh) = dialog.refreshes().find(|x| failed(x)) else {
            continue;
        };
        let next = after(dialog, refresh);
        let (text, word) = if key == "on_no_answer" {
            unanswered(dialog, refresh, next)
        } else {
            refused(dialog, refresh, next)
        };
        let Some(text) = text else { continue };
        let sample_places = next.map_or_else(
            || places(dialog, refresh.places()),
            |x| places(dialog, x.places()),
        );
        samples.push(((text, word), sample_places));
    }
    match by_majority(name, &samples, |(text, _)| text.clone()) {
        Some(((_, Some(word)), finding)) => finding.setting(key, word),
        Some(((_, None), mut finding)) => {
            finding.sureness += "; what follows was not seen, the default stays";
            finding
        }
        None => Finding::unseen(
            name,
            if key == "on_no_answer" {
                "no refresh stayed unanswered for 32 s"
            } else {
                "no refresh was answered 405 or 501, or nothing followed"
            },
        ),
    }
}

/// The client's next request in the dialog, other than to its calls.
fn after<'a>(dialog: &'a DialogTrace, refresh: &Exchange) -> Option<&'a Exchange> {
    let first = refresh.sent.first().map(|s| s.place);
    dialog.exchanges.iter().find(|x| {
        let tells = matches!(x.method.as_str(), "BYE" | "INVITE" | "UPDATE")
            || x.subject == Some(Subject::MonitorStop);
        x.by_client && tells && x.sent.first().map(|s| s.place) > first
    })
}

type Reaction = (Option<String>, Option<&'static str>);

fn since(refresh: &Exchange, next: &Exchange) -> Option<u64> {
    Some(next.at_us()?.saturating_sub(refresh.at_us()?))
}

fn unanswered(dialog: &DialogTrace, refresh: &Exchange, next: Option<&Exchange>) -> Reaction {
    let Some(next) = next else {
        let watched = dialog
            .last_us
            .zip(refresh.at_us())
            .map(|(last, at)| last.saturating_sub(at));
        return match watched {
            Some(us) if us >= GIVES_UP_US.end => (Some("sends nothing more".into()), Some("hold")),
            _ => (None, None),
        };
    };
    let Some(us) = since(refresh, next) else {
        return if next.method == "BYE" {
            (Some("BYE".into()), Some("tear-down"))
        } else {
            (None, None)
        };
    };
    match next.method.as_str() {
        "BYE" if GIVES_UP_US.contains(&us) => (Some("BYE after 32 s".into()), Some("tear-down")),
        "BYE" if us >= GIVES_UP_US.end => (Some("waits, and sends BYE later".into()), Some("hold")),
        "UPDATE" | "INVITE" if us >= GIVES_UP_US.start => {
            (Some(format!("{} again", next.method)), Some("keep-polling"))
        }
        _ => (None, None),
    }
}

fn refused(dialog: &DialogTrace, refresh: &Exchange, next: Option<&Exchange>) -> Reaction {
    let us = next.and_then(|next| since(refresh, next));
    match next.map(|next| next.method.as_str()) {
        Some("INVITE") => (Some("re-INVITE instead".into()), Some("fall-back")),
        Some("BYE") if us.is_none_or(|us| us < 1_000_000) => {
            (Some("BYE at once".into()), Some("tear-down"))
        }
        Some("BYE") if us.is_some_and(|us| us >= 30_000_000) => {
            (Some("no further refresh".into()), Some("hold"))
        }
        Some("UPDATE") => {
            let place = |x: &Exchange| x.sent.first().map(|s| s.place);
            let updates = dialog.by_client("UPDATE");
            let count = updates.filter(|x| place(x) >= place(refresh)).count();
            let pause = us.map_or(String::new(), |us| {
                format!(" after {}", seconds(us / 100_000 * 100_000))
            });
            // A second one is the last where the dialog goes on for long without a third.
            let at_us = next.and_then(Exchange::at_us);
            let watched_us = dialog
                .last_us
                .zip(at_us)
                .map(|(last, at)| last.saturating_sub(at));
            let word = match count {
                2 => watched_us
                    .filter(|us| *us >= 30_000_000)
                    .map(|_| "retry-once"),
                _ => Some("retry"),
            };
            (Some(format!("UPDATE again{pause}, {count} in all")), word)
        }
        _ => (None, None),
    }
}

/// When the same user's next dialog began after one that was lost.
fn reestablishment(dialogs: &[&DialogTrace]) -> Finding {
    const NAME: &str = "set up again after";
    let mut samples: Vec<(u64, FilePlaces)> = Vec::new();
    for (index, dialog) in dialogs.iter().enumerate() {
        let Some(end) = lost_at(dialog) else { continue };
        let start = |d: &DialogTrace| d.exchanges.first().and_then(Exchange::at_us);
        let is_same_pair = |d: &DialogTrace| d.file == dialog.file && d.caller == dialog.caller;
        let candidates = dialogs
            .iter()
            .enumerate()
            .filter(|(i, d)| *i != index && is_same_pair(d));
        let next = candidates
            .filter_map(|(_, d)| Some((start(d).filter(|at| *at >= end)?, *d)))
            .min_by_key(|(at, _)| *at);
        if let Some((at, next)) = next {
            samples.push((
                at - end,
                places(
                    next,
                    next.exchanges
                        .first()
                        .and_then(|x| x.places().first().copied()),
                ),
            ));
        }
    }
    let mut delays: Vec<u64> = samples.iter().map(|(us, _)| *us).collect();
    delays.sort_unstable();
    let (Some(shortest), Some(longest)) = (delays.first(), delays.last()) else {
        return Finding::unseen(NAME, "no lost session was set up again");
    };
    let to_seconds = |us: u64| (us + 500_000) / 1_000_000 * 1_000_000;
    let evidence = samples.iter().map(|(_, p)| p.clone()).collect();
    let sureness = times(delays.len(), delays.len());
    if longest - shortest <= (longest / 20).max(1_000_000) {
        let middle = to_seconds(delays[delays.len() / 2]);
        return Finding::measured(NAME, seconds(middle), sureness, evidence)
            .setting("reestablish", format!("fixed {}", seconds(middle)));
    }
    let (shortest, longest) = (to_seconds(*shortest), to_seconds(*longest));
    Finding::measured(
        NAME,
        format!("{} to {}", seconds(shortest), seconds(longest)),
        sureness,
        evidence,
    )
    .setting(
        "reestablish",
        format!("uniform {}..{}", seconds(shortest), seconds(longest)),
    )
}

/// When a dialog was lost: by the gateway's BYE, by 481, or after a refresh that failed; not by signing off.
fn lost_at(dialog: &DialogTrace) -> Option<u64> {
    let exchanges = || dialog.exchanges.iter();
    if let Some(bye) = exchanges().find(|x| !x.by_client && x.method == "BYE") {
        return bye.at_us();
    }
    if let Some(exchange) = exchanges().find(|x| x.by_client && x.code() == Some(481)) {
        return exchange.answer.as_ref()?.sighting.at_us;
    }
    let last = dialog.refreshes().last()?;
    let failed = !last.succeeded() || dialog.update_class().as_deref() == Some("answer-lost");
    if !failed || dialog.signed_off() {
        return None;
    }
    let bye = exchanges().rfind(|x| x.method == "BYE");
    bye.map_or(dialog.last_us, Exchange::at_us)
}

/// Whether it answers the gateway's events.
fn events(dialogs: &[&DialogTrace]) -> Option<Finding> {
    let samples: Vec<_> = dialogs
        .iter()
        .flat_map(|d| {
            d.exchanges
                .iter()
                .filter(|x| !x.by_client && x.method == "INFO")
                .map(|x| (x.code(), exchange_places(d, x)))
        })
        .collect();
    let (_, finding) = by_majority("answers events by", &samples, |code| {
        code.map_or("nothing".into(), |c| c.to_string())
    })?;
    Some(finding)
}

fn odd_acks(dialogs: &[&DialogTrace]) -> Option<Finding> {
    let odd: Vec<_> = dialogs
        .iter()
        .filter_map(|d| Some((d, d.odd_acks?)))
        .collect();
    let count: usize = odd.iter().map(|(_, (_, n))| n).sum();
    let evidence = odd
        .iter()
        .map(|(d, (place, _))| places(d, [*place]))
        .collect();
    (count > 0).then(|| {
        let value = "has a number that no INVITE has (RFC 3261 §13.2.2.4)".into();
        Finding::measured("its ACK", value, times(count, count), evidence)
    })
}
