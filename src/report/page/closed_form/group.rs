//! A client group with its gateway and the faults that hit it, and the conditions that more than one formula has.

use super::day::{Day, faults_of};
use super::keys::Keys;
use crate::report::inputs::Input;

/// A timer of a transaction that nobody answers: 64·T1 (RFC 3261 §17.1).
pub const TIMEOUT_S: f64 = 32.0;
/// Delays of a leg up to here shift instants by less than the second that is allowed for.
const MOST_DELAY_S: f64 = 0.05;

/// A client group.
pub struct Group<'a> {
    /// As figures name it.
    pub scope: String,
    /// Its own values.
    pub clients: Keys<'a>,
    /// Those of its gateway.
    pub gateway: Keys<'a>,
    /// The faults that hit it.
    pub faults: Vec<Keys<'a>>,
    /// When the run is.
    pub day: Day,
}

/// The calls of a user.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Calls {
    /// Incoming [1/s].
    pub incoming_per_s: f64,
    /// Outgoing [1/s].
    pub outgoing_per_s: f64,
    /// Share that somebody answers: whose exponential ring time is below the limit.
    pub answered: f64,
    /// Of those the share answered at the PC.
    pub at_pc: f64,
    /// Mean time of ringing [s].
    pub ring_s: f64,
    /// Mean time of talking [s].
    pub talk_s: f64,
}

impl<'a> Group<'a> {
    /// Every client group of a run.
    pub fn all(inputs: &'a [Input]) -> Vec<Group<'a>> {
        let day = Day::of(inputs);
        let group = |clients: Keys<'a>| {
            let gateway = Keys::of(inputs, "gateway", clients.get("gateway"));
            let scope = format!("clients:{}", clients.name());
            let faults = faults_of(
                inputs,
                &[format!("gateway:{}", gateway.name()), scope.clone()],
            );
            Group {
                scope,
                clients,
                gateway,
                faults,
                day,
            }
        };
        Keys::all(inputs, "clients")
            .into_iter()
            .map(group)
            .collect()
    }

    /// Both legs.
    pub fn legs(&self) -> [&Keys<'a>; 2] {
        [&self.clients, &self.gateway]
    }

    /// Users.
    pub fn users(&self) -> f64 {
        self.clients.number("count").unwrap_or(0.0)
    }

    /// How often a user signs in on a day at most.
    pub fn sign_ins(&self) -> f64 {
        if ["", "never"].contains(&self.clients.get("lunch")) {
            1.0
        } else {
            2.0
        }
    }

    /// Whether users sign out before the end.
    pub fn leaves(&self) -> bool {
        ["sign_out", "lunch", "sign_in_file"]
            .iter()
            .any(|key| !["", "never"].contains(&self.clients.get(key)))
    }

    /// There and back [s].
    pub fn round_trip_s(&self) -> f64 {
        self.legs()
            .iter()
            .map(|leg| 2.0 * leg.seconds("delay").unwrap_or(0.0))
            .sum()
    }

    /// Its calls, where they are drawn at one rate.
    pub fn calls(&self) -> Result<Calls, String> {
        self.clients.must(&[("calls_file", &[])])?;
        let [ring_mean, limit, talk_s] =
            ["ring_time", "no_answer", "talk_time"].map(|key| self.clients.seconds(key));
        let (ring_mean, limit) = (ring_mean?, limit?);
        let answered = -libm::expm1(-limit / ring_mean);
        Ok(Calls {
            incoming_per_s: self.clients.rate("incoming_calls")?,
            outgoing_per_s: self.clients.rate("outgoing_calls")?,
            answered,
            at_pc: self.clients.share("answered_at_pc")?,
            ring_s: ring_mean * answered,
            talk_s: talk_s?,
        })
    }

    /// Every user calls and is called at the same rate, all day.
    pub fn calls_alike(&self) -> Result<Calls, String> {
        self.clients
            .must(&[("calls_by_hour", &["flat"]), ("call_spread", &["0 %"])])?;
        self.calls()
    }

    /// Nobody dials from the PC or answers there: the client sends nothing in the dialog but refreshes.
    pub fn sends_refreshes_only(&self) -> Result<Calls, String> {
        let calls = self.calls()?;
        if calls.outgoing_per_s > 0.0 {
            return Err(self.clients.shown("outgoing_calls"));
        }
        if calls.incoming_per_s > 0.0 && calls.at_pc > 0.0 {
            return Err(self.clients.shown("answered_at_pc"));
        }
        Ok(calls)
    }

    /// Nothing goes wrong from outside.
    pub fn no_faults(&self) -> Result<(), String> {
        self.faults.first().map_or(Ok(()), |fault| {
            Err(format!("the {} of {}", fault.get("kind"), fault.name()))
        })
    }

    /// Messages cross in no time worth naming.
    pub fn short_delays(&self) -> Result<(), String> {
        let long = self
            .legs()
            .into_iter()
            .find(|leg| leg.seconds("delay").is_ok_and(|d| d > MOST_DELAY_S));
        long.map_or(Ok(()), |leg| Err(leg.shown("delay")))
    }

    /// No message is lost or held up.
    pub fn no_loss(&self) -> Result<(), String> {
        self.legs()
            .iter()
            .try_for_each(|leg| leg.must(&[("loss", &["0 %"])]))
    }

    /// No leg is UDP.
    pub fn reliable(&self) -> Result<(), String> {
        self.legs()
            .iter()
            .try_for_each(|leg| leg.must(&[("transport", &["tls", "tcp"])]))
    }

    /// OCS forgets no route.
    pub fn lasting_routes(&self) -> Result<(), String> {
        self.legs()
            .iter()
            .try_for_each(|leg| leg.must(&[("route_expiry", &["never"])]))
    }

    /// No middlebox forgets a connection on which something is sent so often [s]; that of the gateway is shared, and its
    /// traffic is nobody's to know.
    pub fn connections_last(&self, traffic_every_s: f64) -> Result<(), String> {
        if idles_after(&self.gateway)?.is_some() {
            return Err(self.gateway.shown("idle_timeout"));
        }
        match idles_after(&self.clients)? {
            Some(idle) if idle <= traffic_every_s + 1.0 => Err(self.clients.shown("idle_timeout")),
            _ => Ok(()),
        }
    }

    /// The gateway answers at once, everybody.
    pub fn answers_at_once(&self) -> Result<(), String> {
        self.gateway.must(&[
            ("service_time", &["none"]),
            ("service_time_setup", &[]),
            ("service_time_refresh", &[]),
            ("service_time_call", &[]),
            ("service_time_teardown", &[]),
            ("capacity", &[]),
            ("setup_serial_time", &["0 s"]),
            ("response_service", &["0 s"]),
        ])?;
        self.takes_everybody()
    }

    /// The gateway monitors as many lines as there are.
    pub fn takes_everybody(&self) -> Result<(), String> {
        self.gateway.must(&[
            ("max_sessions", &["unlimited"]),
            ("max_sessions_per_line", &["unlimited"]),
        ])
    }
}

/// After how long without traffic a middlebox forgets the connection [s]; `None`: never, or keep-alives come sooner.
pub fn idles_after(leg: &Keys) -> Result<Option<f64>, String> {
    if ["", "never"].contains(&leg.get("idle_timeout")) {
        return Ok(None);
    }
    let idle = leg.seconds("idle_timeout")?;
    let kept = !["", "never"].contains(&leg.get("keep_alive")) && leg.seconds("keep_alive")? < idle;
    Ok((!kept).then_some(idle))
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// The inputs of a run of one group `x`, and what differs from a plain one: (table, key, value).
    pub fn inputs(changed: &[(&str, &str, &str)]) -> Vec<Input> {
        let path = [
            ("transport", "tls"),
            ("delay", "0 s"),
            ("loss", "0 %"),
            ("idle_timeout", "never"),
        ];
        let clients = [
            ("gateway", "x"),
            ("count", "100"),
            ("refresh_interval", "25 min"),
            ("refresh_method", "by-allow"),
            ("refresh_clock", "since-refresh"),
            ("refresh_jitter", "0 %"),
            ("session_expires", "1800 s"),
            ("min_se", "90 s"),
            ("on_no_answer", "tear-down"),
            ("on_rejection", "hold"),
            ("reestablish", "fixed 30 s"),
            ("sign_in", "at start"),
            ("sign_out", "never"),
            ("lunch", "never"),
            ("attendance", "100 %"),
            ("incoming_calls", "0 /h"),
            ("outgoing_calls", "0 /h"),
            ("ring_time", "10 s"),
            ("no_answer", "20 s"),
            ("talk_time", "180 s"),
            ("answered_at_pc", "0 %"),
            ("calls_by_hour", "flat"),
            ("call_spread", "0 %"),
        ];
        let gateway = [
            ("count", "1"),
            ("update", "accepted"),
            ("allow", "absent"),
            ("session_expires", "1 d"),
            ("min_se", "90 s"),
            ("refresher", "uac"),
            ("enforces_session_timer", "silent"),
            ("servers", "1"),
            ("queue", "unlimited"),
            ("service_time", "none"),
            ("setup_serial_time", "0 s"),
            ("response_service", "0 s"),
            ("max_sessions", "unlimited"),
            ("max_sessions_per_line", "unlimited"),
            ("forgets", "sessions"),
            ("spare", "0"),
        ];
        let plain = (clients
            .iter()
            .chain(&path)
            .map(|(key, value)| ("clients", *key, *value)))
        .chain(
            gateway
                .iter()
                .chain(&path)
                .map(|(key, value)| ("gateway", *key, *value)),
        )
        .chain([
            ("scenario", "horizon", "8 h"),
            ("scenario", "start", "08:00"),
        ]);
        let is_changed = |(t, k, _): &(&str, &str, &str)| {
            changed.iter().any(|(table, key, _)| t == table && k == key)
        };
        let input = |(table, key, value): (&str, &str, &str)| Input {
            table: table.into(),
            name: if table == "scenario" {
                String::new()
            } else {
                "x".into()
            },
            key: key.into(),
            value: value.into(),
            ..Input::default()
        };
        plain
            .filter(|line| !is_changed(line))
            .chain(changed.iter().copied())
            .map(input)
            .collect()
    }

    #[test]
    fn a_group_knows_what_hits_it_and_what_its_calls_are() {
        let given = inputs(&[
            ("fault", "target", "gateway:y"),
            ("clients", "delay", "20 ms"),
            ("gateway", "delay", "1 ms"),
        ]);
        let group = &Group::all(&given)[0];
        assert!(group.no_faults().is_ok() && (group.round_trip_s() - 0.042).abs() < 1e-12);
        let given = inputs(&[
            ("fault", "target", "gateway:x"),
            ("fault", "kind", "crash"),
            ("clients", "delay", "60 ms"),
        ]);
        let group = &Group::all(&given)[0];
        assert_eq!(group.no_faults().unwrap_err(), "the crash of x");
        assert_eq!(group.short_delays().unwrap_err(), "delay = 60 ms");
        // A ring of mean 10 s, 20 s at most: 1 − e⁻² = 0.864665 are answered, it rings 8.64665 s on average.
        let calls = group.calls().unwrap();
        assert!(
            (calls.answered - 0.864_664_7).abs() < 1e-7 && (calls.ring_s - 8.646_647).abs() < 1e-6
        );
    }

    #[test]
    fn a_connection_idles_unless_traffic_or_keep_alives_come_sooner() {
        let lasts = |changed: &[(&str, &str, &str)]| {
            Group::all(&inputs(changed))[0].connections_last(1500.0)
        };
        assert!(lasts(&[]).is_ok() && lasts(&[("clients", "idle_timeout", "26 min")]).is_ok());
        assert_eq!(
            lasts(&[("clients", "idle_timeout", "20 min")]).unwrap_err(),
            "idle_timeout = 20 min"
        );
        assert!(
            lasts(&[("gateway", "idle_timeout", "26 min")]).is_err(),
            "shared: who knows its traffic"
        );
        let kept = [
            ("clients", "idle_timeout", "20 min"),
            ("clients", "keep_alive", "10 min"),
        ];
        assert!(lasts(&kept).is_ok());
    }
}
