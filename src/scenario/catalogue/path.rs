//! `[[path]]`: one leg of the way between client and gateway.

use super::bound::{MONTH, NOTHING};
use crate::deployment::{IdleAction, PathConfig, Transport};
use crate::protocol::Allow;
use crate::quantity::Span;
use crate::scenario::declare::{choice, keys, name, profile, share, span, span_or, spans, words};
use crate::scenario::key::Standing::{Assumption, Published};
use crate::scenario::kind::Profiles;

keys! {
    /// `[[path]]`, or in `[[clients]]` and `[[gateway]]` themselves.
    PATH fills PathConfig by path_config {
        /// transport of the leg
        transport => transport: choice::<Transport>().or("tls")
            .from(Published, "OCS speaks TCP and TLS only");
        /// one-way delay
        delay => delay: span(NOTHING, Span::from_secs(60)).or("0 s")
            .from(Assumption, "the ideal path");
        /// packets lost each way: messages on UDP, 300 ms and doubling of delay on TCP and TLS
        loss => loss: share(0.0, 100.0).or("0 %")
            .from(Assumption, "the ideal path");
        /// an intermediary that rewrites the Allow header of the 200 to INVITE
        relay_allow => relay_allow: choice::<Option<Allow>>().or("untouched")
            .from(Assumption, "none by default; whether the OCS side can do it was asked and never answered");
        /// a middlebox forgets a connection that is idle for so long
        idle_timeout => idle_timeout: span_or("never", Span::from_secs(1), MONTH).or("never")
            .from(Assumption, "no middlebox");
        /// what the middlebox does then: drop silently, or reset
        idle_action => idle_action: choice::<IdleAction>().or("silent").from(Assumption, "the common case");
        /// keep-alives on the leg after so long without traffic
        keep_alive => keep_alive: span_or("never", Span::from_secs(1), MONTH).or("never")
            .from(Assumption, "none; OCS has its own on the client leg (MS-CONMGMT), at 2/3 of a time-out that is not published");
        /// OCS forgets the route of a dialog after a time uniform between these; published: 12 to 24 h
        route_expiry => route_expiry: spans(Span::from_secs(1), MONTH).or("never")
            .from(Assumption, "not within a working day");
    }
}

keys! {
    /// `[[path]]` besides.
    PATH_OWN {
        /// its name
        name = name().must();
        /// the profile whose values it takes
        profile = profile(Profiles::Paths).optional();
    }
}

words! { Transport {
    "tls" => Tls, "TLS over TCP: reliable, in order";
    "tcp" => Tcp, "TCP: reliable, in order";
    "udp" => Udp, "UDP: messages may be lost, SIP retransmits";
} }

words! { Option<Allow> {
    "untouched" => None, "no intermediary rewrites it";
    "absent" => Some(Allow::Absent), "the header is taken away";
    "with-update" => Some(Allow::WithUpdate), "the header lists UPDATE";
    "without-update" => Some(Allow::WithoutUpdate), "the header is there and leaves UPDATE out";
} }

words! { IdleAction {
    "silent" => Silent, "it drops what comes from then on";
    "reset" => Reset, "it resets the connection, which both ends notice at once";
} }
