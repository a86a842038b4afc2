//! A client group of a plan with its gateway and the faults that hit it, and the preconditions that more than one closed
//! form has.

use super::precondition::{Violation, require};
use crate::deployment::{
    ClientPlan, FaultPlan, GatewayPlan, JobClass, PathConfig, Plan, ServiceTime, Transport,
};
use crate::faults::FaultKind;
use crate::measure::Scope;
use crate::protocol::Reestablish;
use crate::quantity::{Span, Time};

/// A timer of a transaction that nobody answers: 64·T1 (RFC 3261 §17.1) [s].
pub(super) const TIMEOUT_S: f64 = 32.0;
/// One-way delays of a leg up to here shift instants by less than the second that is allowed for.
const MOST_DELAY: Span = Span::from_millis(50);

/// A client group.
#[derive(Clone)]
pub(super) struct ClientGroup<'a> {
    /// As figures name it.
    pub scope: Scope,
    /// Its plan.
    pub clients: &'a ClientPlan,
    /// That of its gateway.
    pub gateway: &'a GatewayPlan,
    /// The faults that hit it.
    pub faults: Vec<&'a FaultPlan>,
    /// The length of the run [s].
    pub horizon_s: f64,
    /// Time of day at the start of the run.
    pub start: Span,
}

/// The calls of a user.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Calls {
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

impl<'a> ClientGroup<'a> {
    /// The client group of that index in the plan.
    pub(super) fn new(plan: &'a Plan, index: usize) -> Self {
        let clients = &plan.clients[index];
        let hits = |fault: &&FaultPlan| fault.target.hits(index, clients);
        ClientGroup {
            scope: Scope::Clients(clients.name.clone()),
            clients,
            gateway: &plan.gateways[clients.gateway],
            faults: plan.faults.iter().filter(hits).collect(),
            horizon_s: plan.horizon.as_secs_f64(),
            start: plan.start,
        }
    }

    /// Both legs.
    pub(super) fn legs(&self) -> [&'a PathConfig; 2] {
        [&self.clients.path, &self.gateway.path]
    }

    /// Users.
    pub(super) fn users(&self) -> f64 {
        f64::from(self.clients.count)
    }

    /// How often a user signs in at most.
    pub(super) fn sign_ins(&self) -> f64 {
        let horizon = Time::ZERO + Span::from_micros_f64(self.horizon_s * 1e6);
        self.clients.sign_ins_at_most(self.start, horizon) as f64
    }

    /// Whether users sign out before the end.
    pub(super) fn leaves(&self) -> bool {
        let c = self.clients;
        c.sign_out.is_some() || c.lunch.is_some() || c.recorded_signs.is_some()
    }

    /// There and back [s].
    pub(super) fn round_trip_s(&self) -> f64 {
        self.legs()
            .iter()
            .map(|leg| 2.0 * leg.delay.as_secs_f64())
            .sum()
    }

    /// Precondition: calls are drawn, not replayed.
    pub(super) fn calls(&self) -> Result<Calls, Violation> {
        let (clients, w) = (self.clients, &self.clients.workload);
        require(clients.recorded_calls.is_none(), || {
            Violation::RecordedCalls
        })?;
        require(clients.mix.is_empty(), || Violation::Behaviour("mix"))?;
        let ring_mean = w.ring_time.as_secs_f64();
        let answered = -libm::expm1(-w.no_answer.as_secs_f64() / ring_mean);
        Ok(Calls {
            incoming_per_s: w.incoming_per_s,
            outgoing_per_s: w.outgoing_per_s,
            answered,
            at_pc: w.answered_at_pc,
            ring_s: ring_mean * answered,
            talk_s: w.talk_time.as_secs_f64(),
        })
    }

    /// Precondition: every user calls and is called at the same rate, all day.
    pub(super) fn calls_alike(&self) -> Result<Calls, Violation> {
        let surge = (self.faults.iter()).find(|f| f.config.kind == FaultKind::Surge);
        surge.map_or(Ok(()), |fault| Err(violated_by(fault)))?;
        self.calls_of_usual_rate()
    }

    /// Precondition: every user calls and is called at the same rate, but in surges.
    pub(super) fn calls_of_usual_rate(&self) -> Result<Calls, Violation> {
        let w = &self.clients.workload;
        require(w.by_hour.steps.is_empty(), || {
            Violation::CallsByHour(w.by_hour.clone())
        })?;
        require(w.spread == 0.0, || Violation::CallSpread(w.spread))?;
        self.calls()
    }

    /// Precondition: nobody dials from the PC or answers there; the client sends nothing in the dialog but refreshes.
    pub(super) fn sends_refreshes_only(&self) -> Result<Calls, Violation> {
        let calls = self.calls()?;
        require(calls.outgoing_per_s == 0.0, || {
            Violation::OutgoingCalls(calls.outgoing_per_s)
        })?;
        require(calls.incoming_per_s == 0.0 || calls.at_pc == 0.0, || {
            Violation::AnsweredAtPc(calls.at_pc)
        })?;
        Ok(calls)
    }

    /// Precondition: refreshes come at fixed intervals.
    pub(super) fn no_jitter(&self) -> Result<(), Violation> {
        let jitter = self.clients.config.refresh_jitter;
        require(jitter == 0.0, || Violation::RefreshJitter(jitter))
    }

    /// Precondition: sign-ins are drawn, not replayed.
    pub(super) fn no_recorded_signs(&self) -> Result<(), Violation> {
        require(self.clients.recorded_signs.is_none(), || {
            Violation::RecordedSigns
        })
    }

    /// Precondition: who signs in stays until the end, and everybody does.
    pub(super) fn stays(&self) -> Result<(), Violation> {
        let c = self.clients;
        c.sign_out
            .map_or(Ok(()), |at| Err(Violation::SignOut(at)))?;
        c.lunch
            .map_or(Ok(()), |lunch| Err(Violation::Lunch(lunch)))?;
        require(c.days.is_working(0), || {
            Violation::Behaviour("working_days")
        })?;
        require(c.attendance == 1.0, || Violation::Attendance(c.attendance))
    }

    /// Precondition: nothing goes wrong from outside.
    pub(super) fn no_faults(&self) -> Result<(), Violation> {
        self.faults
            .first()
            .map_or(Ok(()), |fault| Err(violated_by(fault)))
    }

    /// Precondition: this is the only fault.
    pub(super) fn no_fault_but(&self, exception: &FaultPlan) -> Result<(), Violation> {
        let other_fault = (self.faults.iter())
            .find(|f| (&f.name, f.occurrence) != (&exception.name, exception.occurrence));
        other_fault.map_or(Ok(()), |fault| Err(violated_by(fault)))
    }

    /// Precondition: one-way delays of at most 50 ms a leg.
    pub(super) fn short_delays(&self) -> Result<(), Violation> {
        let long = self.legs().into_iter().find(|leg| leg.delay > MOST_DELAY);
        long.map_or(Ok(()), |leg| Err(Violation::Delay(leg.delay)))
    }

    /// Precondition: no message is lost or held up.
    pub(super) fn no_loss(&self) -> Result<(), Violation> {
        let lossy = self.legs().into_iter().find(|leg| leg.loss != 0.0);
        lossy.map_or(Ok(()), |leg| Err(Violation::Loss(leg.loss)))
    }

    /// Precondition: no leg is UDP.
    pub(super) fn reliable(&self) -> Result<(), Violation> {
        let are_reliable = self.legs().iter().all(|leg| leg.is_reliable());
        require(are_reliable, || Violation::Transport(Transport::Udp))
    }

    /// Precondition: OCS forgets no route.
    pub(super) fn lasting_routes(&self) -> Result<(), Violation> {
        let expiry = self.legs().into_iter().find_map(|leg| leg.route_expiry);
        expiry.map_or(Ok(()), |(from, to)| Err(Violation::RouteExpiry(from, to)))
    }

    /// Precondition: no middlebox forgets the connection of the gateway, which is shared, so that nobody knows its traffic.
    pub(super) fn shared_connection_lasts(&self) -> Result<(), Violation> {
        let idle = self.gateway.path.idles_after();
        idle.map_or(Ok(()), |idle| Err(Violation::IdleTimeout(idle)))
    }

    /// Precondition: no middlebox forgets a connection on which the client sends something so often [s].
    pub(super) fn connections_last(&self, traffic_every_s: f64) -> Result<(), Violation> {
        self.shared_connection_lasts()?;
        match self.clients.path.idles_after() {
            Some(idle) if idle.as_secs_f64() <= traffic_every_s + 1.0 => {
                Err(Violation::IdleTimeout(idle))
            }
            _ => Ok(()),
        }
    }

    /// Precondition: the gateway answers at once, everybody.
    pub(super) fn answers_at_once(&self) -> Result<(), Violation> {
        if let Some(station) = &self.gateway.station {
            let zero = ServiceTime::Fixed(Span::ZERO);
            if let Some(class) = odd_class(&station.service) {
                let time = station.service[class as usize].clone();
                return Err(Violation::ServiceTimeOf(class, time));
            }
            require(station.service[0] == zero, || {
                Violation::ServiceTime(station.service[0].clone())
            })?;
            require(station.setup_serial == Span::ZERO, || {
                Violation::SetupSerial(station.setup_serial)
            })?;
            require(station.response_service == Span::ZERO, || {
                Violation::ResponseService(station.response_service)
            })?;
        }
        self.takes_everybody()
    }

    /// Precondition: the gateway monitors as many lines as there are.
    pub(super) fn monitors_everybody(&self) -> Result<(), Violation> {
        let g = self.gateway;
        g.max_sessions
            .map_or(Ok(()), |n| Err(Violation::MaxSessions(n)))?;
        g.max_sessions_per_line
            .map_or(Ok(()), |n| Err(Violation::MaxSessionsPerLine(n)))
    }

    /// Precondition: that, and it follows every call and refuses no request.
    pub(super) fn takes_everybody(&self) -> Result<(), Violation> {
        self.monitors_everybody()?;
        let g = self.gateway;
        g.max_calls
            .map_or(Ok(()), |n| Err(Violation::MaxCalls(n)))?;
        let throttle = g.station.as_ref().and_then(|station| station.throttle);
        throttle.map_or(Ok(()), |t| Err(Violation::Throttle(t.waiting)))
    }

    /// D: how long after its loss a session is set up again [s].
    ///
    /// Precondition: that is fixed.
    pub(super) fn reestablish_s(&self) -> Result<f64, Violation> {
        match self.clients.config.reestablish {
            Reestablish::Fixed(delay) => Ok(delay.as_secs_f64()),
            other => Err(Violation::Reestablish(other)),
        }
    }
}

/// The fault as a violated precondition.
pub(super) fn violated_by(fault: &FaultPlan) -> Violation {
    Violation::Fault(fault.config.kind, fault.name.clone())
}

/// The class of jobs whose service time is the least common, where they differ.
pub(super) fn odd_class(service: &[ServiceTime; 4]) -> Option<JobClass> {
    let classes = [
        JobClass::Setup,
        JobClass::Refresh,
        JobClass::Call,
        JobClass::TearDown,
    ];
    let alike = |class: &JobClass| {
        let time = &service[*class as usize];
        service
            .iter()
            .filter(|candidate| *candidate == time)
            .count()
    };
    classes
        .into_iter()
        .filter(|class| alike(class) < classes.len())
        .min_by_key(alike)
}

#[cfg(test)]
mod tests {
    use super::super::example::{CRASH, fault, plan, secs};
    use super::*;
    use crate::deployment::FaultTarget;

    fn figure_of<T>(change: impl FnOnce(&mut Plan), read: impl FnOnce(&ClientGroup) -> T) -> T {
        let mut plan = plan();
        change(&mut plan);
        read(&ClientGroup::new(&plan, 0))
    }

    #[test]
    fn a_group_knows_what_hits_it_and_what_its_calls_are() {
        let hit = |target| {
            figure_of(
                |p| p.faults.push(fault("f", target, CRASH)),
                |g| g.faults.len(),
            )
        };
        assert_eq!(
            [
                hit(FaultTarget::All),
                hit(FaultTarget::Gateway(0, None)),
                hit(FaultTarget::Clients(0)),
                hit(FaultTarget::Clients(1)),
                hit(FaultTarget::Gateway(1, None)),
            ],
            [1, 1, 1, 0, 0]
        );
        let violation = figure_of(
            |p| p.faults.push(fault("f", FaultTarget::All, CRASH)),
            |g| g.no_faults(),
        );
        assert_eq!(violation.unwrap_err().to_string(), "the crash of f");
        let delays = |p: &mut Plan| {
            p.clients[0].path.delay = Span::from_millis(20);
            p.gateways[0].path.delay = Span::from_millis(1);
        };
        assert!((figure_of(delays, |g| g.round_trip_s()) - 0.042).abs() < 1e-12);
        // A ring of mean 10 s, 20 s at most: 1 − e⁻² = 0.864665 are answered, it rings 8.64665 s on average.
        let calls = figure_of(|_| (), |g| g.calls().unwrap());
        assert!(
            (calls.answered - 0.864_664_7).abs() < 1e-7 && (calls.ring_s - 8.646_647).abs() < 1e-6
        );
    }

    #[test]
    fn a_connection_idles_unless_traffic_or_keep_alives_come_sooner() {
        let lasts = |change: fn(&mut Plan)| figure_of(change, |g| g.connections_last(1500.0));
        assert!(lasts(|_| ()).is_ok());
        assert!(lasts(|p| p.clients[0].path.idle_timeout = Some(secs(1560))).is_ok());
        assert_eq!(
            lasts(|p| p.clients[0].path.idle_timeout = Some(secs(1200))),
            Err(Violation::IdleTimeout(secs(1200)))
        );
        assert!(
            lasts(|p| p.gateways[0].path.idle_timeout = Some(secs(1560))).is_err(),
            "shared: who knows its traffic"
        );
        assert!(
            lasts(|p| {
                p.clients[0].path.idle_timeout = Some(secs(1200));
                p.clients[0].path.keep_alive = Some(secs(600));
            })
            .is_ok()
        );
    }

    #[test]
    fn a_class_that_differs_is_the_least_common_one() {
        let [short, long] = [4, 9].map(|ms| ServiceTime::Fixed(Span::from_millis(ms)));
        let odd = |a: &ServiceTime, b: &ServiceTime, c: &ServiceTime, d: &ServiceTime| {
            odd_class(&[a.clone(), b.clone(), c.clone(), d.clone()])
        };
        assert_eq!(odd(&short, &short, &short, &short), None);
        assert_eq!(odd(&long, &short, &short, &short), Some(JobClass::Setup));
        assert_eq!(odd(&short, &short, &short, &long), Some(JobClass::TearDown));
        assert_eq!(odd(&short, &long, &short, &long), Some(JobClass::Setup));
    }
}
