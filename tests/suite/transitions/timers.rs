//! The tables of session timers: who offers one, when a refresh is due, who has the role, and what ends a session.

use rccsim::protocol::{
    ClientConfig, GatewayConfig, OnRejection, RefreshTiming, Refresher, RefresherOnRefresh, Status,
    Subject,
};
use rccsim::quantity::Span;

use crate::deployments::r2;

use super::client::{ClientEvent, ClientRig};
use super::gateway::{DialogRig, GatewayEvent, gateway_config};
use super::{COLUMNS, Port, row};

fn established(config: ClientConfig) -> ClientRig {
    let ok = ClientEvent::Answer(Status::Ok200);
    [ClientEvent::SignIn, ok, ok, ok]
        .into_iter()
        .fold(ClientRig::new(config), ClientRig::does)
}

/// The row of an event that may never come.
fn row_if_any(table: &mut String, title: &str, rig: &mut ClientRig, event: ClientEvent) {
    match rig.apply(event) {
        Some(port) => {
            let title = format!("{title}, {} s after the 2xx", rig.now.0 / 1_000_000);
            row(table, &title, &port, &rig.state());
        }
        None => {
            let title = format!("{title}: never comes");
            row(table, &title, &Port::default(), &rig.state());
        }
    }
}

/// Session-Expires 1800 s is granted, where one is offered.
pub(super) fn of_client() -> String {
    let mut table = format!("\n### A session timer, by setting{COLUMNS}");
    for offers_timer in [true, false] {
        let config = ClientConfig {
            offers_timer,
            ..r2()
        };
        let mut driven = ClientRig::new(config.clone());
        let port = driven.apply(ClientEvent::SignIn).unwrap();
        let offered = match port.sent[0].value {
            0 => "no Session-Expires".into(),
            seconds => format!("Session-Expires {seconds}"),
        };
        let title = format!("user signs in, offers_session_expires = {offers_timer}: {offered}");
        row(&mut table, &title, &port, &driven.state());
        for timing in [
            RefreshTiming::Interval,
            RefreshTiming::Part(2),
            RefreshTiming::Before(Span::from_secs(60)),
        ] {
            let mut driven = established(ClientConfig {
                refresh_timing: timing,
                ..config.clone()
            });
            let timing = match timing {
                RefreshTiming::Interval => "interval".into(),
                RefreshTiming::Part(divisor) => format!("SE/{divisor}"),
                RefreshTiming::Before(span) => format!("SE - {} s", span.0 / 1_000_000),
            };
            let title = format!("next timer, refresh_timing = {timing}, {offered}");
            row_if_any(&mut table, &title, &mut driven, ClientEvent::FirstTimer);
        }
    }
    for enforces_timer in [true, false] {
        let mut rig = established(ClientConfig {
            enforces_timer,
            on_rejection: OnRejection::Hold,
            ..r2()
        })
        .does(ClientEvent::FirstTimer)
        .does(ClientEvent::Answer(Status::MethodNotAllowed405));
        let title = format!("session timer, enforces_session_timer = {enforces_timer}");
        row_if_any(&mut table, &title, &mut rig, ClientEvent::SessionExpiry);
    }
    for sends_bye in [true, false] {
        let mut refreshing =
            established(ClientConfig { sends_bye, ..r2() }).does(ClientEvent::FirstTimer);
        let title = format!("64·T1 without answer, sends_bye = {sends_bye}");
        let event = ClientEvent::TransactionTimeout;
        row_if_any(&mut table, &title, &mut refreshing, event);
    }
    table
}

pub(super) fn of_gateway() -> String {
    let mut table = format!("\n### A session timer and its refresher, by setting{COLUMNS}");
    for imposes_timer in [false, true] {
        let config = GatewayConfig {
            imposes_timer,
            ..gateway_config()
        };
        let mut port = Port::default();
        let rig = DialogRig::invited(config, 0, &mut port);
        let title = format!("INVITE without Session-Expires, imposes_timer = {imposes_timer}");
        row(&mut table, &title, &port, rig.state());
    }
    for refresher in [Refresher::Uac, Refresher::Uas] {
        for refresher_on_refresh in [
            RefresherOnRefresh::Same,
            RefresherOnRefresh::Uac,
            RefresherOnRefresh::Uas,
            RefresherOnRefresh::Flips,
        ] {
            let config = GatewayConfig {
                refresher,
                refresher_on_refresh,
                ..gateway_config()
            };
            let mut rig = DialogRig::invited(config, 1800, &mut Port::default())
                .does(GatewayEvent::Request(Subject::Ack));
            let port = rig.apply(GatewayEvent::Request(Subject::Update)).unwrap();
            let title = format!(
                "UPDATE, refresher {refresher:?}, refresher_on_refresh {refresher_on_refresh:?}: {:?} from then on",
                port.sent[0].refresher
            );
            row(&mut table, &title, &port, rig.state());
            // Its own refresh comes before the session timer, if it has the role.
            let (title, event) = match rig.clone().apply(GatewayEvent::FirstTimer) {
                Some(_) => ("then its refresh", GatewayEvent::FirstTimer),
                None => ("then its session timer", GatewayEvent::SessionExpiry),
            };
            let port = rig.apply(event).unwrap();
            row(&mut table, title, &port, rig.state());
        }
    }
    table
}
