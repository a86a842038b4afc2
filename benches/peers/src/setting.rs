//! What is simulated: the figures of a rccsim scenario that the peers need, all else being refused.

use std::path::Path;

use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rccsim::deployment::{ClientPlan, GatewayPlan, Plan};
use rccsim::protocol::{
    Allow, GIVE_UP, OnNoAnswer, Reestablish, RefreshClock, SessionTimer, UpdateBehaviour,
};
use rccsim::scenario::{Override, load};
use rccsim::workload::{DayShape, SignIn};
use serde::{Deserialize, Serialize};

/// Whether the whole deployment shares one event set, or each gateway and its users have one of their own.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// One event set.
    Whole,
    /// One event set per gateway, one after the other.
    Groups,
    /// One event set, and only the timers that can run out where a gateway answers all but UPDATE: a client's wait for its
    /// answers. The others stop nothing here, but cost a peer an event each.
    Lean,
}

impl Scope {
    /// Its name on the command line and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Scope::Whole => "whole",
            Scope::Groups => "groups",
            Scope::Lean => "lean",
        }
    }
}

/// One run of one peer. Times in microseconds, rates per second.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Setting {
    /// One event set or many.
    pub scope: Scope,
    /// Seed of the run.
    pub seed: u64,
    /// Gateways; the users are spread evenly.
    pub gateways: u32,
    /// Users of all gateways.
    pub users: u32,
    /// The run's length; nothing happens at the horizon itself.
    pub horizon_us: u64,
    /// Users sign in uniformly over this time from the start.
    pub sign_in_over_us: u64,
    /// One-way delay between client and gateway, both legs together.
    pub delay_us: u64,
    /// From a 2xx to INVITE or UPDATE to the next UPDATE.
    pub refresh_us: u64,
    /// From a request to giving it up.
    pub give_up_us: u64,
    /// Session-Expires: from a 2xx to INVITE or UPDATE to the end of the session, at either side.
    pub session_expires_us: u64,
    /// From the loss of a session to the next INVITE.
    pub reestablish_us: u64,
    /// Incoming calls per second and user.
    pub incoming_per_s: f64,
    /// Calls from the PC per second and user.
    pub outgoing_per_s: f64,
    /// Mean of the exponential ring time.
    pub ring_us: u64,
    /// A call rings no longer than this.
    pub no_answer_us: u64,
    /// Mean of the exponential talk time.
    pub talk_us: u64,
    /// Share of answered incoming calls whose toast was shown that are answered at the PC.
    pub answered_at_pc: f64,
}

impl Setting {
    /// Reads a scenario; `set`: overrides as of the command line.
    ///
    /// # Errors
    /// A scenario that rccsim refuses, or that is beyond what the peers model.
    pub fn read(path: &Path, set: &[String]) -> Result<Setting, String> {
        let overrides: Result<Vec<Override>, _> = set.iter().map(|s| Override::parse(s)).collect();
        let overrides = overrides.map_err(|e| e.to_string())?;
        let plan = load(path, &overrides).map_err(|e| e.to_string())?.plan;
        Setting::of(&plan).map_err(|what| format!("{}: the peers model {what}", path.display()))
    }

    fn of(plan: &Plan) -> Result<Setting, &'static str> {
        let ([gateway], [clients]) = (plan.gateways.as_slice(), plan.clients.as_slice()) else {
            return Err("one kind of gateway and one of clients");
        };
        let SignIn::UniformOver(sign_in_over) = clients.sign_in else {
            return Err("sign-in that is uniform over a time");
        };
        let Reestablish::Fixed(reestablish) = clients.config.reestablish else {
            return Err("a fixed re-establishment delay");
        };
        let (client, workload) = (&clients.config, &clients.workload);
        if let Some((_, what)) = requirements(plan, gateway, clients)
            .iter()
            .find(|(met, _)| !met)
        {
            return Err(what);
        }
        Ok(Setting {
            scope: Scope::Whole,
            seed: plan.seed,
            gateways: gateway.count,
            users: clients.count,
            horizon_us: plan.horizon.0,
            sign_in_over_us: sign_in_over.0,
            delay_us: (gateway.path.delay + clients.path.delay).0,
            refresh_us: client.refresh_interval.0,
            give_up_us: GIVE_UP.0,
            session_expires_us: u64::from(client.session_expires_s) * 1_000_000,
            reestablish_us: reestablish.0,
            incoming_per_s: workload.incoming_per_s,
            outgoing_per_s: workload.outgoing_per_s,
            ring_us: workload.ring_time.0,
            no_answer_us: workload.no_answer.0,
            talk_us: workload.talk_time.0,
            answered_at_pc: workload.answered_at_pc,
        })
    }

    /// The settings to simulate one after the other: itself, or one per gateway.
    pub fn parts(&self) -> Vec<Setting> {
        let users = self.users / self.gateways;
        match self.scope {
            Scope::Whole | Scope::Lean => vec![*self],
            Scope::Groups => (0..u64::from(self.gateways))
                .map(|n| Setting {
                    seed: self.seed * u64::from(self.gateways) + n,
                    gateways: 1,
                    users,
                    ..*self
                })
                .collect(),
        }
    }

    /// Whether all timers of the model run.
    pub fn has_all_timers(&self) -> bool {
        self.scope != Scope::Lean
    }

    /// The generator numbered `number` of this run: a peer takes as many as it keeps apart.
    pub fn generator(&self, number: u64) -> Xoshiro256PlusPlus {
        Xoshiro256PlusPlus::seed_from_u64(self.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number)
    }
}

/// A user who makes no calls on a path without delay, for 8 h: over it the figures are known exactly.
#[cfg(test)]
pub fn exact_case() -> Setting {
    let second = 1_000_000;
    Setting {
        scope: Scope::Whole,
        seed: 1,
        gateways: 1,
        users: 3,
        horizon_us: 8 * 3600 * second,
        sign_in_over_us: 0,
        delay_us: 0,
        refresh_us: 1500 * second,
        give_up_us: 32 * second,
        session_expires_us: 1800 * second,
        reestablish_us: 30 * second,
        incoming_per_s: 0.0,
        outgoing_per_s: 0.0,
        ring_us: 10 * second,
        no_answer_us: 20 * second,
        talk_us: 180 * second,
        answered_at_pc: 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Scope, Setting, exact_case};
    use std::path::Path;

    fn read(set: &[&str]) -> Result<Setting, String> {
        let set: Vec<String> = set.iter().map(|s| s.to_string()).collect();
        Setting::read(Path::new("scenario.toml"), &set)
    }

    #[test]
    fn the_scenario_is_read_with_rccsims_defaults() {
        // 2 h; UPDATE every 25 min; 32 s; SE 1800 s; 30 s; lan-tls has 1 ms; one call an hour each way.
        let setting = read(&[]).unwrap();
        assert_eq!(
            (setting.users, setting.gateways, setting.horizon_us),
            (100_000, 20, 7_200_000_000)
        );
        assert_eq!(
            (setting.refresh_us, setting.give_up_us),
            (1_500_000_000, 32_000_000)
        );
        assert_eq!(
            (setting.session_expires_us, setting.reestablish_us),
            (1_800_000_000, 30_000_000)
        );
        assert_eq!(
            (
                setting.delay_us,
                setting.incoming_per_s * 3600.0,
                setting.answered_at_pc
            ),
            (1_000, 1.0, 0.5)
        );
    }

    #[test]
    fn what_the_peers_do_not_model_is_refused() {
        for (set, why) in [
            ("gateway.update=accepted", "ignores UPDATE"),
            ("gateway.allow=without-update", "without an Allow header"),
            ("clients.on_no_answer=hold", "tear down"),
            ("clients.reestablish=never", "fixed re-establishment delay"),
            ("clients.count=99999", "equally many users"),
        ] {
            let refusal = read(&[set]).unwrap_err();
            assert!(refusal.contains(why), "{set}: {refusal}");
        }
    }

    #[test]
    fn groups_have_all_users_and_seeds_of_their_own() {
        let parts = Setting {
            scope: Scope::Groups,
            gateways: 3,
            users: 300,
            seed: 2,
            ..exact_case()
        }
        .parts();
        assert_eq!(
            parts.iter().map(|p| (p.seed, p.users)).collect::<Vec<_>>(),
            [(6, 100), (7, 100), (8, 100)]
        );
    }
}

/// What the peers model, and whether the plan keeps to it.
fn requirements(
    plan: &Plan,
    gateway: &GatewayPlan,
    clients: &ClientPlan,
) -> [(bool, &'static str); 14] {
    let (client, workload) = (&clients.config, &clients.workload);
    [
        (plan.faults.is_empty(), "no faults"),
        (
            gateway.config.update == UpdateBehaviour::Ignored,
            "a gateway that ignores UPDATE",
        ),
        (
            gateway.config.allow == Allow::Absent,
            "a gateway without an Allow header",
        ),
        (
            gateway.station.is_none() && gateway.spare == 0,
            "gateways that answer at once, without spares",
        ),
        (
            gateway.path.is_plain() && clients.path.is_plain(),
            "paths that only delay",
        ),
        (
            gateway.path.is_reliable() && clients.path.is_reliable(),
            "paths over TCP or TLS",
        ),
        (
            client.on_no_answer == OnNoAnswer::TearDown,
            "clients that tear down a session that is not answered",
        ),
        (
            client.refresh_clock == RefreshClock::SinceRefresh,
            "a refresh clock that only a refresh restarts",
        ),
        (client.refresh_jitter == 0.0, "refresh without jitter"),
        (
            gateway.config.session_expires_s >= client.session_expires_s
                && gateway.config.min_se_s <= client.min_se_s
                && gateway.config.enforces_session_timer == SessionTimer::Silent,
            "the Session-Expires of the client, at whose end the gateway forgets the dialog",
        ),
        (
            clients.sign_out.is_none() && clients.attendance == 1.0,
            "users who sign in and stay",
        ),
        (
            workload.by_hour == DayShape::default() && workload.spread == 0.0,
            "users who all call alike all day",
        ),
        (
            clients.recorded_calls.is_none() && clients.recorded_signs.is_none(),
            "calls that are drawn",
        ),
        (
            clients.count.is_multiple_of(gateway.count),
            "gateways with equally many users",
        ),
    ]
}
