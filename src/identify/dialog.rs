//! What one dialog shows.

use serde::Serialize;

use super::exchange::{DialogTrace, Exchange};
use crate::protocol::{Allow, GIVE_UP, Refresher, Subject};

/// What one dialog shows, with the places that show it. Times in the dialog run from its first INVITE.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct DialogFacts {
    /// The file.
    pub capture: String,
    /// The gateway's number in the result.
    pub gateway: usize,
    /// User-Agent of the client.
    pub agent: String,
    /// Allow in the 2xx to INVITE: `absent`, `with-update`, `without-update`; absent where no such answer was seen.
    pub allow: Option<&'static str>,
    /// What UPDATE got: `accepted`, `ignored`, `no-session-expires`, `answer-lost`, `answered CODE`, or nothing that can be told.
    pub update: Option<String>,
    /// How often each UPDATE was sent.
    pub update_copies: Vec<usize>,
    /// Session-Expires as the first INVITE offers it.
    pub offered_se: String,
    /// Session-Expires granted, seconds.
    pub granted_se: Option<u32>,
    /// `uac`, `uas` or nothing.
    pub refresher: &'static str,
    /// Min-SE of each 422, seconds.
    pub min_se: Vec<u32>,
    /// Retry-After of answers to UPDATE, seconds.
    pub retry_after: Vec<u32>,
    /// From the 2xx to INVITE to the first refresh, seconds.
    pub first_refresh_after_s: Option<f64>,
    /// `UPDATE` or `re-INVITE`.
    pub refresh_by: Option<&'static str>,
    /// Who sent BYE, and when, seconds.
    pub bye: Vec<(&'static str, Option<f64>)>,
    /// Answers to the client's requests.
    pub response_ms: ResponseTimes,
    /// Ways that its requests took: two are those before and behind a proxy.
    pub legs: usize,
    /// Frames or lines.
    pub evidence: Evidence,
}

/// Response times in milliseconds.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct ResponseTimes {
    /// How many.
    pub n: usize,
    /// The median.
    pub median: Option<f64>,
    /// The 95th percentile, nearest rank.
    pub p95: Option<f64>,
    /// The longest.
    pub max: Option<f64>,
}

/// Where it stands.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Evidence {
    /// The first INVITE.
    pub invite: Option<u64>,
    /// The 2xx to it.
    pub ok: Option<u64>,
    /// Every copy of each UPDATE, on every leg.
    pub update: Vec<Vec<u64>>,
}

/// Response times of samples in microseconds.
pub(super) fn response_times(mut us: Vec<u64>) -> ResponseTimes {
    us.sort_unstable();
    let ms = |us: Option<&u64>| us.map(|us| *us as f64 / 1000.0);
    let rank = (us.len() * 95).div_ceil(100).saturating_sub(1);
    ResponseTimes {
        n: us.len(),
        median: ms(us.get(us.len() / 2)),
        p95: ms(us.get(rank)),
        max: ms(us.last()),
    }
}

pub(super) fn allow_word(allow: Allow) -> &'static str {
    match allow {
        Allow::Absent => "absent",
        Allow::WithUpdate => "with-update",
        Allow::WithoutUpdate => "without-update",
    }
}

/// No answer for as long as this, µs, is silence; before, the capture may have ended too soon.
const SILENCE_US: u64 = 4_000_000;
/// A client that gives up does so after 64·T1 = 32 s, give or take what its clock and the network take.
pub(super) const GIVES_UP_US: std::ops::Range<u64> = GIVE_UP.0 - 1_000_000..GIVE_UP.0 + 3_000_000;

impl DialogTrace {
    pub(super) fn by_client<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Exchange> {
        self.exchanges
            .iter()
            .filter(move |x| x.by_client && x.method == method)
    }

    /// The INVITE that set the dialog up.
    pub(super) fn setup(&self) -> Option<&Exchange> {
        self.by_client("INVITE")
            .find(|x| x.succeeded() && !x.in_dialog)
            .or_else(|| self.by_client("INVITE").find(|x| x.succeeded()))
    }

    /// The client's refreshes: UPDATE and re-INVITE, in their order.
    pub(super) fn refreshes(&self) -> impl Iterator<Item = &Exchange> {
        let setup = self.setup();
        let first = |x: &Exchange| x.sent.first().map(|s| s.place);
        let start = setup.and_then(first);
        let answer_place = setup.and_then(|x| Some(x.answer.as_ref()?.sighting.place));
        self.exchanges.iter().filter(move |x| {
            let re_invite = x.method == "INVITE" && x.in_dialog && first(x) != start;
            x.by_client && (x.method == "UPDATE" || re_invite) && first(x) > answer_place
        })
    }

    /// Whether the client gave this UPDATE up although 2xx answers were seen: they did not reach it.
    fn is_answer_lost(&self, update: &Exchange) -> bool {
        let Some(answer) = update.answer.as_ref().filter(|_| update.succeeded()) else {
            return false;
        };
        let (Some(first), Some(answered)) = (update.at_us(), answer.sighting.at_us) else {
            return false;
        };
        let later = update.sent.iter().filter(|s| {
            s.leg == answer.sighting.leg && s.at_us.is_some_and(|at| at > answered + 100_000)
        });
        let ended = self
            .by_client("BYE")
            .filter_map(Exchange::at_us)
            .any(|at| GIVES_UP_US.contains(&at.saturating_sub(first)));
        let between = self.exchanges.iter().any(|x| {
            x.by_client
                && x.at_us()
                    .is_some_and(|at| at > first && at < first + GIVE_UP.0 - 1_000_000)
        });
        later.count() >= 5 || (ended && !between)
    }

    /// Whether the dialog shows that an UPDATE stays unanswered, not only that the capture ended.
    fn is_silence(&self, update: &Exchange) -> bool {
        match (update.at_us(), self.last_us) {
            (Some(sent), Some(last)) => {
                last.saturating_sub(sent) >= SILENCE_US || update.copies() >= 4
            }
            _ => update.copies() >= 2 || self.exchanges.last().is_some_and(|x| x.method == "BYE"),
        }
    }

    /// What UPDATE got.
    pub(super) fn update_class(&self) -> Option<String> {
        let updates: Vec<&Exchange> = self.by_client("UPDATE").collect();
        if updates.is_empty() {
            return None;
        }
        if updates.iter().all(|x| self.is_answer_lost(x)) {
            return Some("answer-lost".into());
        }
        // A demand for credentials, or two requests that crossed, say nothing of UPDATE.
        let tells = |x: &&&Exchange| x.code().is_some_and(|c| !matches!(c, 401 | 407 | 491));
        let first_answered = || updates.iter().find(|x| x.answer.is_some());
        let Some(answered) = updates.iter().find(tells).or_else(first_answered) else {
            return updates
                .iter()
                .any(|x| self.is_silence(x))
                .then(|| "ignored".into());
        };
        let answer = answered.answer.as_ref()?;
        Some(match answer.code {
            200..300 if answer.granted_s.is_some() => "accepted".into(),
            200..300 => "no-session-expires".into(),
            code => format!("answered {code}"),
        })
    }

    /// Whether a request after this one was answered: the gateway was there, and the dialog too.
    pub(super) fn answered_later(&self, exchange: &Exchange) -> Option<&Exchange> {
        let first = exchange.sent.first()?.place;
        self.exchanges.iter().find(|x| {
            x.by_client
                && x.method != "UPDATE"
                && x.sent.first().is_some_and(|s| s.place > first)
                && x.answer.is_some()
        })
    }

    /// Whether the client signed off in order: MonitorStop before its BYE.
    pub(super) fn signed_off(&self) -> bool {
        self.exchanges
            .iter()
            .any(|x| x.by_client && x.subject == Some(Subject::MonitorStop))
    }

    /// Response times to the client's requests, µs.
    pub(super) fn responses_us(&self) -> Vec<u64> {
        self.exchanges
            .iter()
            .filter(|x| x.by_client)
            .filter_map(Exchange::response_us)
            .collect()
    }

    /// The summary of the dialog.
    pub(super) fn facts(&self, capture: &str, gateway: usize) -> DialogFacts {
        let invites: Vec<&Exchange> = self.by_client("INVITE").collect();
        let start = invites.first().and_then(|x| x.at_us());
        let since = |at: Option<u64>| Some((at? as f64 - start? as f64) / 1e6);
        let setup = self.setup();
        let ok = setup.and_then(|x| x.answer.as_ref());
        let refresh = self.refreshes().next();
        let byes = self.exchanges.iter().filter(|x| x.method == "BYE");
        let updates = || self.by_client("UPDATE");
        let answers = || self.exchanges.iter().filter_map(|x| x.answer.as_ref());
        let first_refresh = refresh
            .and_then(Exchange::at_us)
            .zip(ok.and_then(|a| a.sighting.at_us));
        DialogFacts {
            capture: capture.into(),
            gateway,
            agent: self.agent.clone(),
            allow: ok.map(|a| allow_word(a.allow)),
            update: self.update_class(),
            update_copies: updates().map(Exchange::copies).collect(),
            offered_se: invites
                .first()
                .and_then(|x| x.offered.clone())
                .map_or(String::new(), |(text, _)| text),
            granted_se: ok.and_then(|a| a.granted_s),
            refresher: match ok.and_then(|a| a.refresher) {
                Some(Refresher::Uac) => "uac",
                Some(Refresher::Uas) => "uas",
                None => "",
            },
            min_se: answers()
                .filter(|a| a.code == 422)
                .filter_map(|a| a.min_se_s)
                .collect(),
            retry_after: updates()
                .filter_map(|x| x.answer.as_ref()?.retry_after_s)
                .collect(),
            first_refresh_after_s: first_refresh.map(|(at, ok)| (at as f64 - ok as f64) / 1e6),
            refresh_by: if updates().next().is_some() {
                Some("UPDATE")
            } else {
                refresh.map(|_| "re-INVITE")
            },
            bye: byes
                .map(|x| {
                    (
                        if x.by_client { "client" } else { "gateway" },
                        since(x.at_us()),
                    )
                })
                .collect(),
            response_ms: response_times(self.responses_us()),
            legs: self.ways.len().max(1),
            evidence: Evidence {
                invite: invites
                    .first()
                    .and_then(|x| x.sent.first())
                    .map(|s| s.place),
                ok: ok.map(|a| a.sighting.place),
                update: updates().map(Exchange::places).collect(),
            },
        }
    }
}
