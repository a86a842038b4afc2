//! `[[path]]`: one leg of the way between client and gateway.

use super::bound::{MONTH, NOTHING, SE_LEAST_S, SE_MOST_S};
use crate::deployment::{
    ConnectionEnd, IdleAction, LossDirection, PathConfig, RelayEnd, RelayRestarts, Transport,
};
use crate::protocol::Allow;
use crate::quantity::Span;
use crate::scenario::declare::{
    choice, flag, keys, name, profile, share, span, span_or, spans, whole, words,
};
use crate::scenario::key::Standing::{Assumption, Published, Seen, Standard};
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
        /// a relay or SBC ends a dialog after so long without a refresh that it counts
        relay_timer => relay_timer: span_or("never", Span::from_secs(1), MONTH).or("never")
            .from(Assumption, "OCS is not known to have one; OpenSIPS issue 267 has")
            .listed_when_given();
        /// the refreshes that restart the relay's timer
        relay_timer_restarts => relay_timer_restarts: choice::<RelayRestarts>().or("both")
            .from(Standard, "RFC 4028 §8")
            .listed_when_given();
        /// how the relay ends a dialog
        relay_timer_end => relay_timer_end: choice::<RelayEnd>().or("bye")
            .from(Seen, "OpenSIPS issue 267")
            .listed_when_given();
        /// a relay sends OPTIONS in the dialog to both sides so often
        relay_probe => relay_probe: span_or("never", Span::from_secs(1), MONTH).or("never")
            .from(Assumption, "OCS is not known to; kamailio issue 438 does")
            .listed_when_given();
        /// so many of its OPTIONS in a row without an answer end the dialog
        relay_probe_misses => relay_probe_misses: whole(1, 100).or("1")
            .from(Seen, "kamailio issue 438")
            .listed_when_given();
        /// a relay writes this Session-Expires into the client's INVITE and UPDATE
        relay_session_expires => relay_session_expires: span_or("untouched", Span::from_secs(SE_LEAST_S as u64), Span::from_secs(SE_MOST_S as u64)).or("untouched")
            .from(Standard, "RFC 4028 §8.1 lets a proxy lower it; sprout issue 529 sets it")
            .listed_when_given();
        /// a relay writes this Min-SE into the client's INVITE and UPDATE
        relay_min_se => relay_min_se: span_or("untouched", Span::from_secs(SE_LEAST_S as u64), Span::from_secs(65_535)).or("untouched")
            .from(Standard, "RFC 4028 §8.1 lets a proxy raise it")
            .listed_when_given();
        /// whether ACKs are lost
        ack_lost => loses_ack: flag().or("false")
            .from(Assumption, "the ideal path")
            .listed_when_given();
        /// which way packets are lost
        loss_direction => loss_direction: choice::<LossDirection>().or("both")
            .from(Assumption, "both ways alike")
            .listed_when_given();
        /// connections die after exponential times with this mean
        connection_lifetime => connection_lifetime: span_or("never", Span::from_secs(1), MONTH).or("never")
            .from(Assumption, "none die; baresip issue 288 sees it after hours")
            .listed_when_given();
        /// how a dead connection is noticed
        connection_end => connection_end: choice::<ConnectionEnd>().or("silent")
            .from(Seen, "baresip issue 288")
            .listed_when_given();
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

words! { RelayRestarts {
    "both" => Both, "re-INVITE and UPDATE";
    "re-invite" => ReInvite, "re-INVITE only";
    "update" => Update, "UPDATE only";
    "nothing" => Nothing, "none: it runs from the INVITE";
} }

words! { RelayEnd {
    "bye" => Bye, "it sends BYE to both sides";
    "silent" => Silent, "it forgets the dialog, and answers 481 from then on";
} }

words! { LossDirection {
    "both" => Both, "both ways";
    "to-client" => ToClient, "towards the client only";
    "to-gateway" => ToGateway, "towards the gateway only";
} }

words! { ConnectionEnd {
    "silent" => Silent, "what is sent on it vanishes";
    "reset" => ResetAtUse, "the next message on it is answered by a reset, which both ends notice at once";
} }
