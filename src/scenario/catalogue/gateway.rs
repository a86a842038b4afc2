//! `[[gateway]]`: its protocol, what it holds and forgets, how many there are.

use super::bound::{DAY, NOTHING, SE_MOST_S};
use crate::deployment::Forgets;
use crate::protocol::{Allow, GatewayConfig, Refresher, SessionTimer, UpdateBehaviour};
use crate::quantity::Span;
use crate::scenario::declare::{
    choice, keys, name, profile, seconds, seconds16, shared, span, stated, whole, whole_or, words,
};
use crate::scenario::key::Standing::{Assumption, Published, Standard};
use crate::scenario::kind::Profiles;
use crate::scenario::setting::Stated;

keys! {
    /// `[[gateway]]`, its protocol.
    GATEWAY fills GatewayConfig by gateway_config {
        /// what it does with UPDATE (gateway behaviour class)
        update => update: choice::<UpdateBehaviour>().must()
            .alternatives(&["accepted", "ignored", "405", "501"]);
        /// the Allow header in its 200 to INVITE
        allow => allow: choice::<Allow>().or("absent")
            .from(Assumption, "the failing gateways of the published reports sent none");
        /// the longest session it grants
        session_expires => session_expires_s: seconds(90, SE_MOST_S).or("1 d")
            .from(Assumption, "it takes what the client offers");
        /// its Min-SE: a shorter Session-Expires is answered 422, in every INVITE and refresh that it answers
        min_se => min_se_s: seconds16(90, 65_535).or("90 s")
            .from(Standard, "RFC 4028 §5");
        /// who refreshes, as its 2xx says
        refresher => refresher: choice::<Refresher>().or("uac")
            .from(Published, "keeping the dialog alive is the client's job");
        /// what it does when no refresh came
        enforces_session_timer => enforces_session_timer: choice::<SessionTimer>().or("silent")
            .from(Assumption, "model §3")
            .alternatives(&["no", "bye"]);
        /// Retry-After of its 503
        retry_after => retry_after_s: seconds(0, 86_400).or("60 s")
            .from(Assumption, "no published value");
    }
}

keys! {
    /// `[[gateway]]`, what it holds and forgets.
    LIMITS as struct Limits {
        /// lines it monitors at most; more are refused as CSTA overallMonitorLimitExceeded
        max_sessions: Option<u32> = whole_or("unlimited", 1, 1_000_000_000).or("unlimited")
            .from(Assumption, "no published value");
        /// monitors of one line at most
        max_sessions_per_line: Option<u32> = whole_or("unlimited", 1, 1_000).or("unlimited")
            .from(Assumption, "a setting of some products");
        /// what it does not know after a restart
        forgets: Forgets = choice::<Forgets>().or("sessions")
            .from(Assumption, "no published value")
            .alternatives(&["monitors", "nothing"]);
    }
}

keys! {
    /// `[[gateway]]` besides its protocol, its servers and its path.
    GATEWAY_OWN as struct Fleet {
        /// the gateway's name
        name = name().must();
        /// the profile whose values it takes
        profile = profile(Profiles::Gateways).optional();
        /// how many alike gateways; the users of a group go to them in turn
        count: u32 = whole(1, 1_000_000).or("1");
        /// the OCS–gateway leg
        path = shared(Profiles::Paths).or("ideal")
            .from(Assumption, "no delay, no loss");
        /// further gateways that stand by for all `count` of them
        spare: Stated<u32> = stated(&whole(0, 10_000)).or("0")
            .from(Published, "OCS ties a user to one gateway");
        /// a set-up goes to a spare gateway when the own has been down for so long
        rehome_after: Span = span(NOTHING, DAY).or("60 s")
            .from(Assumption, "OCS has no such rule: somebody changes the user's gateway");
    }
}

words! { UpdateBehaviour {
    "accepted" => Accepted, "answers 200 with Session-Expires";
    "ignored" => Ignored, "never answers";
    "405" => Rejected405, "answers 405 Method Not Allowed";
    "501" => Rejected501, "answers 501 Not Implemented";
    "481" => DialogLost481, "answers 481 and forgets the dialog";
    "answer-lost" => AnswerLost, "answers 200, which never reaches the client";
    "no-session-expires" => NoSessionExpires, "answers 200 without Session-Expires, to INVITE as well: it supports no timers (RFC 4028 §7.2)";
    "422" => IntervalTooSmall422, "answers 422 where the offered Session-Expires is below its Min-SE";
    "503" => Unavailable503, "answers 503 with Retry-After";
} }

words! { Allow {
    "absent" => Absent, "no Allow header";
    "with-update" => WithUpdate, "Allow lists UPDATE";
    "without-update" => WithoutUpdate, "Allow is there and leaves UPDATE out";
} }

words! { Refresher {
    "uac" => Uac, "the client, which sent the INVITE";
    "uas" => Uas, "the gateway";
} }

words! { SessionTimer {
    "no" => No, "it runs no timer";
    "silent" => Silent, "it forgets the dialog when the session expires, without a word";
    "bye" => Bye, "it sends BYE at SE − min(32 s, SE/3) (RFC 4028 §10)";
} }

words! { Forgets {
    "sessions" => Sessions, "every dialog";
    "monitors" => Monitors, "monitors: dialogs stand, events do not flow";
    "nothing" => Nothing, "nothing";
} }
