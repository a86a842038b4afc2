//! `[[gateway]]`: its servers and queue.

use super::bound::{HOUR, MONTH, NOTHING};
use crate::deployment::{Overload, ServiceTime};
use crate::quantity::Span;
use crate::scenario::declare::{
    capacity, choice, keys, service, share, span, stated, whole, whole_or, words,
};
use crate::scenario::key::Standing::{Assumption, Seen};
use crate::scenario::setting::SettingValue;

/// What goes first in the queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::scenario) enum Priority {
    /// First come, first served.
    None,
    /// Call events before everything else.
    Calls,
}

keys! {
    /// `[[gateway]]`, its servers and queue.
    STATION as struct Station {
        /// jobs that it serves at once, where it has a service time
        servers: u32 = whole(1, 100_000).or("1")
            .from(Assumption, "no published value")
            .of_station();
        /// jobs that can wait
        queue: Option<u32> = whole_or("unlimited", 0, 1_000_000_000).or("unlimited")
            .from(Assumption, "no published value")
            .of_station();
        /// how long a server is busy with a job; none: it answers at once
        service_time: SettingValue<Option<ServiceTime>> = stated(&service()).or("none")
            .from(Assumption, "no vendor publishes it; derive it from a published capacity");
        /// the same for INVITE, GetCSTAFeatures and MonitorStart
        service_time_setup: Option<Option<ServiceTime>> = service().optional();
        /// the same for UPDATE and re-INVITE
        service_time_refresh: Option<Option<ServiceTime>> = service().optional();
        /// the same for MakeCall, AnswerCall and the events of calls
        service_time_call: Option<Option<ServiceTime>> = service().optional();
        /// the same for MonitorStop and BYE
        service_time_teardown: Option<Option<ServiceTime>> = service().optional();
        /// instead of service_time: what all servers do together, at 8 messages a call and 2 a job
        capacity: Option<SettingValue<f64>> = stated(&capacity()).optional();
        /// service time of an ACK or a response; at 0 s they wait for nobody
        response_service: Span = span(NOTHING, HOUR).or("0 s").from(Assumption, "taken to cost nothing: a request costs the work");
        /// serial section that every MonitorStart passes, one at a time
        setup_serial_time: Span = span(NOTHING, HOUR).or("0 s")
            .from(Assumption, "licences fetched one at a time are published for one product, their time is not");
        /// what happens to a job that finds no place
        overload: Overload = choice::<Overload>().or("drop")
            .from(Assumption, "no published value")
            .of_station();
        /// what goes first in the queue
        priority: Priority = choice::<Priority>().or("none")
            .from(Assumption, "no published value")
            .of_station();
        /// so many waiting jobs make it answer 503 to requests beyond a rate that it lowers quickly and raises slowly
        throttle_at: Option<u32> = whole_or("never", 1, 1_000_000_000).or("never")
            .from(Assumption, "no gateway is known to; sprout issue 1234 does")
            .of_station()
            .listed_when_given();
        /// how often it looks at the queue for that
        throttle_period: Span = span(Span::from_millis(100), HOUR).or("1 s")
            .from(Assumption, "no published value")
            .of_station()
            .listed_when_given();
        /// by what share of it the admitted rate is lowered at a time
        throttle_cut: f64 = share(1.0, 100.0).or("50 %")
            .from(Assumption, "no published value")
            .of_station()
            .listed_when_given();
        /// how long the admitted rate takes from nothing to the one that was served
        throttle_recovery: Span = span(Span::from_secs(1), MONTH).or("30 min")
            .from(Seen, "sprout issue 1234: 503s for 30 min after a minute of double load")
            .of_station()
            .listed_when_given();
    }
}

words! { Overload {
    "drop" => Drop, "it is dropped, and its sender finds out by itself";
    "503" => Refuse503, "a request is answered 503 with Retry-After at once, at no cost; an event is dropped";
} }

words! { Priority {
    "none" => None, "first come, first served";
    "calls" => Calls, "call events go before everything else that waits";
} }
