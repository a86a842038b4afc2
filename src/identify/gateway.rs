//! What the dialogs with one gateway say of it.

use super::dialog::{allow_word, response_times};
use super::exchange::{DialogTrace, Exchange};
use super::finding::{Finding, by_majority, exchange_places, places, seconds, times};
use super::party::Party;
use crate::protocol::{Allow, Refresher, Subject, non_refresher_bye};
use crate::quantity::number::count_phrase;

/// What was found of a gateway.
pub(super) fn party(number: usize, address: &str, dialogs: &[&DialogTrace]) -> Party {
    let allow = allow(dialogs);
    let update = update(dialogs);
    let class = class(
        allow.as_ref().map(|(a, _)| *a),
        update.sets.as_ref().map(|(_, v)| v.as_str()),
        update.standing,
    );
    let mut findings = vec![
        allow.map_or_else(
            || Finding::unseen("Allow in the 2xx to INVITE", "no 2xx to an INVITE"),
            |(_, f)| f,
        ),
        update,
        re_invite(dialogs),
        granted(dialogs),
    ];
    findings.extend(min_se(dialogs));
    findings.extend(retry_after(dialogs));
    findings.push(refresher(dialogs));
    findings.extend(own_refresh(dialogs));
    findings.push(enforcement(dialogs));
    findings.extend(responses(dialogs));
    findings.extend(calls(dialogs));
    Party {
        gateway: number,
        address: Some(address.to_string()).filter(|a| a.contains(['.', ':'])),
        product: dialogs
            .iter()
            .map(|d| d.server.clone())
            .find(|s| !s.is_empty())
            .unwrap_or_default(),
        transport: dialogs.iter().find_map(|d| d.transport_word()),
        dialogs: dialogs.len(),
        class,
        findings,
    }
}

fn allow(dialogs: &[&DialogTrace]) -> Option<(Allow, Finding)> {
    let samples: Vec<_> = dialogs
        .iter()
        .filter_map(|d| {
            let answer = d.setup()?.answer.as_ref()?;
            Some((answer.allow, places(d, [answer.sighting.place])))
        })
        .collect();
    let (allow, finding) = by_majority("Allow in the 2xx to INVITE", &samples, |a| match a {
        Allow::Absent => "absent".into(),
        Allow::WithUpdate => "lists UPDATE".into(),
        Allow::WithoutUpdate => "leaves UPDATE out".into(),
    })?;
    Some((allow, finding.setting("allow", allow_word(allow))))
}

/// What the model calls an answer to UPDATE; whether it knows the code.
fn behaviour(class: &str) -> (&'static str, bool) {
    match class {
        "accepted" => ("accepted", true),
        "ignored" => ("ignored", true),
        "answer-lost" => ("answer-lost", true),
        "no-session-expires" => ("no-session-expires", true),
        "answered 405" => ("405", true),
        "answered 501" => ("501", true),
        "answered 481" => ("481", true),
        "answered 422" => ("422", true),
        "answered 503" => ("503", true),
        "answered 408" => ("ignored", false),
        _ => ("501", false),
    }
}

fn update(dialogs: &[&DialogTrace]) -> Finding {
    const NAME: &str = "UPDATE gets";
    let samples: Vec<_> = dialogs
        .iter()
        .filter_map(|d| {
            let class = d.update_class()?;
            let updates = d
                .by_client("UPDATE")
                .flat_map(|x| exchange_places(d, x).places);
            Some((class, places(d, updates)))
        })
        .collect();
    let reaction = |class: &String| {
        let copies = dialogs
            .iter()
            .filter(|d| d.update_class().as_ref() == Some(class));
        let max_copies = copies
            .flat_map(|d| d.by_client("UPDATE").map(Exchange::copies))
            .max()
            .unwrap_or(1);
        match class.as_str() {
            "accepted" => "200 with Session-Expires".into(),
            "no-session-expires" => "200 without Session-Expires".into(),
            "answer-lost" => "200, which does not reach the client".into(),
            "ignored" if max_copies == 1 => "no answer, sent once".into(),
            "ignored" => format!("no answer, sent up to {max_copies} times"),
            answered => answered.trim_start_matches("answered ").to_string(),
        }
    };
    let Some((class, mut finding)) = by_majority(NAME, &samples, reaction) else {
        let sent = dialogs
            .iter()
            .any(|d| d.by_client("UPDATE").next().is_some());
        return Finding::unseen(
            NAME,
            if sent {
                "an UPDATE was sent, but the file ends before its time is over"
            } else {
                "no UPDATE was sent"
            },
        );
    };
    if class == "ignored" {
        finding.sureness += &silence(dialogs);
    }
    let (word, value) = behaviour(&class);
    if !value {
        finding.sureness += if word == "ignored" {
            "; a proxy says for the gateway that it did not answer"
        } else {
            "; the model has no such answer, 501 is nearest"
        };
    }
    let small = class == "accepted"
        && dialogs
            .iter()
            .any(|d| d.exchanges.iter().any(|x| x.code() == Some(422)));
    finding.setting("update", if small { "422" } else { word })
}

/// Whether the gateway was there while it did not answer.
fn silence(dialogs: &[&DialogTrace]) -> String {
    let unanswered = dialogs.iter().flat_map(|d| {
        d.by_client("UPDATE")
            .filter(|x| x.answer.is_none())
            .map(move |x| (*d, x))
    });
    let mut later_requests = 0;
    let mut later_answers = 0;
    for (dialog, update) in unanswered {
        let first = update.sent.first().map(|s| s.place);
        let later = dialog.exchanges.iter().any(|x| {
            x.by_client && x.method != "UPDATE" && x.sent.first().map(|s| s.place) > first
        });
        later_requests += usize::from(later);
        later_answers += usize::from(dialog.answered_later(update).is_some());
    }
    match (later_requests, later_answers) {
        (_, 1..) => "; it answered other requests afterwards".into(),
        (0, _) => "; nothing else was asked afterwards, so it may have been down".into(),
        _ => {
            "; it answered nothing else afterwards either: it, or the way to it, may have been down"
                .into()
        }
    }
}

fn re_invite(dialogs: &[&DialogTrace]) -> Finding {
    let samples: Vec<_> = dialogs
        .iter()
        .flat_map(|d| {
            d.refreshes()
                .filter(|x| x.method == "INVITE")
                .map(|x| (x.code(), exchange_places(d, x)))
        })
        .collect();
    by_majority("re-INVITE gets", &samples, |code| {
        code.map_or("no answer".into(), |c| c.to_string())
    })
    .map_or_else(
        || Finding::unseen("re-INVITE gets", "no re-INVITE was sent"),
        |(_, f)| f,
    )
}

fn granted(dialogs: &[&DialogTrace]) -> Finding {
    const NAME: &str = "Session-Expires granted";
    let grants: Vec<_> = dialogs
        .iter()
        .flat_map(|d| d.exchanges.iter().map(move |x| (*d, x)))
        .filter(|(_, x)| {
            x.by_client && x.succeeded() && (x.method == "INVITE" || x.method == "UPDATE")
        })
        .filter_map(|(d, x)| {
            let answer = x.answer.as_ref()?;
            Some((
                (answer.granted_s, x.offered.as_ref().map(|(_, s)| *s)),
                places(d, [answer.sighting.place]),
            ))
        })
        .collect();
    let Some(((granted, offered), finding)) =
        by_majority(NAME, &grants, |(granted, offered)| {
            match (granted, offered) {
                (None, _) => "none: it runs no session timer".into(),
                (Some(g), Some(o)) => format!("{g} s of {o} s offered"),
                (Some(g), None) => format!("{g} s, none was offered"),
            }
        })
    else {
        return Finding::unseen(NAME, "no 2xx to INVITE or UPDATE");
    };
    match (granted, offered) {
        (Some(g), Some(o)) if g < o && g >= 90 => {
            finding.setting("session_expires", format!("{g} s"))
        }
        (Some(g), None) if g >= 90 => finding.setting("session_expires", format!("{g} s")),
        _ => finding,
    }
}

fn min_se(dialogs: &[&DialogTrace]) -> Option<Finding> {
    let samples: Vec<_> = dialogs
        .iter()
        .flat_map(|d| {
            d.exchanges.iter().filter_map(|x| {
                Some((
                    x.answer.as_ref().filter(|a| a.code == 422)?.min_se_s?,
                    exchange_places(d, x),
                ))
            })
        })
        .collect();
    let (value, finding) = by_majority("Min-SE (422)", &samples, |s| format!("{s} s"))?;
    let valid = (90..=65_535).contains(&value);
    Some(if valid {
        finding.setting("min_se", format!("{value} s"))
    } else {
        finding
    })
}

fn retry_after(dialogs: &[&DialogTrace]) -> Option<Finding> {
    let samples: Vec<_> = dialogs
        .iter()
        .flat_map(|d| {
            d.exchanges.iter().filter_map(|x| {
                Some((
                    x.answer.as_ref().filter(|a| a.code == 503)?.retry_after_s?,
                    exchange_places(d, x),
                ))
            })
        })
        .collect();
    let (value, finding) = by_majority("Retry-After (503)", &samples, |s| format!("{s} s"))?;
    Some(if value <= 86_400 {
        finding.setting("retry_after", format!("{value} s"))
    } else {
        finding
    })
}

fn refresher(dialogs: &[&DialogTrace]) -> Finding {
    let samples: Vec<_> = dialogs
        .iter()
        .filter_map(|d| {
            let answer = d.setup()?.answer.as_ref()?;
            Some((answer.refresher?, places(d, [answer.sighting.place])))
        })
        .collect();
    let word = |r: &Refresher| match r {
        Refresher::Uac => "uac: the client",
        Refresher::Uas => "uas: the gateway",
    };
    match by_majority("refresher", &samples, |r| word(r).into()) {
        Some((value, finding)) => finding.setting(
            "refresher",
            if value == Refresher::Uac {
                "uac"
            } else {
                "uas"
            },
        ),
        None => Finding::unseen("refresher", "no 2xx to INVITE says who refreshes"),
    }
}

/// The gateway's own refreshes, where it sends some.
fn own_refresh(dialogs: &[&DialogTrace]) -> Option<Finding> {
    let sent = |x: &&Exchange| {
        !x.by_client && x.in_dialog && matches!(x.method.as_str(), "INVITE" | "UPDATE")
    };
    let samples: Vec<_> = dialogs
        .iter()
        .flat_map(|d| {
            d.exchanges
                .iter()
                .filter(sent)
                .map(|x| (x.method.clone(), exchange_places(d, x)))
        })
        .collect();
    by_majority("refreshes itself by", &samples, Clone::clone).map(|(_, finding)| finding)
}

/// How near an instant has to be, µs.
const NEAR_US: u64 = 2_000_000;

/// What the gateway did when no refresh came (RFC 4028 §10).
fn enforcement(dialogs: &[&DialogTrace]) -> Finding {
    const NAME: &str = "session timer enforced";
    let samples: Vec<_> = dialogs.iter().filter_map(|d| enforced(d)).collect();
    match by_majority(NAME, &samples, |word| match *word {
        "bye" => "by BYE before Session-Expires".into(),
        "silent" => "silently: 481 after Session-Expires".into(),
        _ => "no: it answers after Session-Expires".into(),
    }) {
        Some((word, finding)) => finding.setting("enforces_session_timer", word),
        None => Finding::unseen(NAME, "no session ran out of its time"),
    }
}

fn enforced(dialog: &DialogTrace) -> Option<(&'static str, super::FilePlaces)> {
    let granted = |x: &&Exchange| {
        x.by_client && x.succeeded() && x.answer.as_ref().is_some_and(|a| a.granted_s.is_some())
    };
    let last = dialog.exchanges.iter().rfind(granted)?;
    let answer = last.answer.as_ref()?;
    let (start, seconds) = (answer.sighting.at_us?, answer.granted_s?);
    let end = u64::from(seconds) * 1_000_000;
    for exchange in &dialog.exchanges {
        let Some(after) = exchange.at_us().and_then(|at| at.checked_sub(start)) else {
            continue;
        };
        let is_bye = exchange.method == "BYE";
        let places = exchange_places(dialog, exchange);
        if is_bye && !exchange.by_client && after.abs_diff(non_refresher_bye(seconds).0) < NEAR_US {
            return Some(("bye", places));
        }
        if exchange.by_client && after > end + NEAR_US {
            match exchange.code() {
                Some(481) => return Some(("silent", places)),
                Some(200..300) => return Some(("no", places)),
                _ => {}
            }
        }
    }
    None
}

/// A median below this, ms, is the network's as well as the gateway's.
const SLOW_MS: f64 = 10.0;

fn responses(dialogs: &[&DialogTrace]) -> Option<Finding> {
    let delays: Vec<u64> = dialogs.iter().flat_map(|d| d.responses_us()).collect();
    let times = response_times(delays);
    let (median, p95, max) = (times.median?, times.p95?, times.max?);
    let evidence = dialogs.iter().map(|d| {
        places(
            d,
            d.exchanges
                .iter()
                .filter(|x| x.by_client && x.answer.is_some())
                .filter_map(|x| x.places().first().copied()),
        )
    });
    // Below 20 answers the 95th percentile is the longest.
    let p95_shown = if times.n < 20 {
        String::new()
    } else {
        format!(" p95 {p95:.1},")
    };
    let value = format!("median {median:.1},{p95_shown} max {max:.1} ms");
    let sureness = count_phrase(times.n as u64, "answer");
    let finding = Finding::measured("response time", value, sureness, evidence.collect());
    // Where copies had to be sent again because some were lost, the times tell of the loss.
    let even = p95 <= 2.0 * median && times.n >= 3;
    Some(if median >= SLOW_MS && even {
        finding.setting("service_time", format!("{:.0} us", median * 1000.0))
    } else {
        finding
    })
}

/// Calls enough for a rate, and hours enough.
const CALLS_LEAST: usize = 5;
const WATCHED_LEAST_US: u64 = 1_800_000_000;

fn calls(dialogs: &[&DialogTrace]) -> Option<Finding> {
    let mut calls = Vec::new();
    let mut watched_us = 0;
    for dialog in dialogs {
        let mut call_ids: Vec<&str> = Vec::new();
        for exchange in dialog
            .exchanges
            .iter()
            .filter(|x| matches!(x.subject, Some(Subject::Delivered | Subject::Originated)))
        {
            let call = exchange.call.as_deref().unwrap_or("?");
            if !call_ids.contains(&call) {
                call_ids.push(call);
                calls.push(places(dialog, exchange.places()));
            }
        }
        let first = dialog.exchanges.first().and_then(Exchange::at_us);
        let span = first.zip(dialog.last_us);
        let span = span.map_or(0, |(first, last)| last.saturating_sub(first));
        watched_us = u64::saturating_add(watched_us, span);
    }
    let count = calls.len();
    if count == 0 {
        return None;
    }
    let is_enough = count >= CALLS_LEAST && watched_us >= WATCHED_LEAST_US;
    let rate = count as f64 * 3.6e9 / watched_us.max(1) as f64;
    let (value, sureness) = if is_enough {
        (
            format!("{count}, {rate:.2} an hour and user"),
            times(count, count),
        )
    } else {
        (
            count.to_string(),
            format!(
                "too few, or too short ({}), for a rate",
                seconds(watched_us)
            ),
        )
    };
    Some(Finding::measured("calls", value, sureness, calls))
}

/// The generic profile that it behaves like.
fn class(allow: Option<Allow>, update: Option<&str>, standing: &str) -> Option<String> {
    let name = match (allow?, update.filter(|_| standing == "measured")) {
        (Allow::WithoutUpdate, None | Some("ignored" | "405" | "501")) => "allow-fix",
        (Allow::WithUpdate, Some("ignored")) => "lying-allow-ignores",
        (Allow::WithUpdate, Some("501")) => "lying-allow-501",
        (_, Some("accepted")) => "healthy",
        (_, Some("ignored")) => "ignores-update",
        (_, Some("405")) => "rejects-405",
        (_, Some("501")) => "rejects-501",
        (_, Some("481")) => "disowns-481",
        (_, Some("answer-lost")) => "answer-lost",
        (_, Some("no-session-expires")) => "no-session-expires",
        (_, Some("422")) => "min-se-422",
        (_, Some("503")) => "unavailable-503",
        _ => return None,
    };
    Some(name.into())
}
