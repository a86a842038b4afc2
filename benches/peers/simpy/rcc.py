"""The model in SimPy, as its manual shows: what takes its course is a process, and a request waits for
`reply | env.timeout(...)`. A message on its way is a timeout whose callback is the receiver.

Reads the settings of a run as JSON from standard input (times in microseconds, rates per second) and prints its counts.
SimPy's clock is a float: seconds here.
"""

import json
import random
import sys

import simpy

INVITE, ACK, GET_CSTA_FEATURES, MONITOR_START, UPDATE, BYE = range(6)
MAKE_CALL, ANSWER_CALL, ORIGINATED, DELIVERED, ESTABLISHED, CONNECTION_CLEARED = range(6, 12)
REQUEST, OK, DOES_NOT_EXIST = 0, 200, 481


class Deployment:
    """What all users of one event set share."""

    def __init__(self, env, setting):
        def seconds(key):
            return setting[key] / 1e6

        self.env = env
        self.random = random.Random(setting["seed"])
        self.sign_in_over = seconds("sign_in_over_us")
        self.delay = seconds("delay_us")
        self.refresh_interval = seconds("refresh_us")
        self.give_up_after = seconds("give_up_us")
        self.session_expires_after = seconds("session_expires_us")
        self.has_all_timers = setting["scope"] != "lean"
        self.reestablish_after = seconds("reestablish_us")
        self.incoming_rate = setting["incoming_per_s"]
        self.outgoing_rate = setting["outgoing_per_s"]
        self.ring_rate = 1 / seconds("ring_us")
        self.no_answer = seconds("no_answer_us")
        self.talk_rate = 1 / seconds("talk_us")
        self.answered_at_pc = setting["answered_at_pc"]
        self.drops = self.due = self.missed = self.messages = 0
        self.signed_in = self.down = 0.0


class Message:
    __slots__ = ("dialog", "cseq", "subject", "status", "call")

    def __init__(self, dialog, cseq, subject, status, call):
        self.dialog = dialog
        self.cseq = cseq
        self.subject = subject
        self.status = status
        self.call = call

    def answer(self, status):
        return Message(self.dialog, self.cseq, self.subject, status, self.call)


class Call:
    __slots__ = ("ring", "talk", "is_ringing", "is_shown", "at_pc")

    def __init__(self, deployment, at_pc):
        self.ring = deployment.random.expovariate(deployment.ring_rate)
        self.talk = deployment.random.expovariate(deployment.talk_rate)
        self.at_pc = at_pc
        self.is_ringing = True
        self.is_shown = False


class Client:
    """A user and the client."""

    __slots__ = (
        "env", "deployment", "line", "dialog", "cseq", "in_dialog", "established", "pending", "refresh_at", "session",
        "refreshed_at", "signed_in_at", "down_since",
    )  # fmt: skip

    def __init__(self, deployment):
        self.env = deployment.env
        self.deployment = deployment
        self.line = Line(deployment, self)
        self.dialog = self.cseq = 0
        self.in_dialog = self.established = False
        self.pending = {}
        self.signed_in_at = self.down_since = None
        self.session = self.env.process(self.run())

    def run(self):
        env, deployment = self.env, self.deployment
        yield env.timeout(deployment.random.uniform(0, deployment.sign_in_over))
        self.signed_in_at = self.down_since = env.now
        if deployment.incoming_rate:
            env.process(self.line.incoming_calls())
        if deployment.outgoing_rate:
            env.process(self.outgoing_calls())
        while True:
            try:
                if (yield from self.set_up()):
                    yield from self.keep_alive()
                bye = True
            except simpy.Interrupt as lost:
                bye = lost.cause
            self.lose(bye)
            yield env.timeout(deployment.reestablish_after)

    def set_up(self):
        self.dialog += 1
        self.cseq = 0
        answer = yield from self.request(INVITE)
        if answer is None:
            return False
        self.in_dialog = True
        self.send(Message(self.dialog, answer.cseq, ACK, REQUEST, None))
        self.session_refreshed()
        for subject in (GET_CSTA_FEATURES, MONITOR_START):
            answer = yield from self.request(subject)
            if answer is None:
                return False
        self.established = True
        self.deployment.down += self.env.now - self.down_since
        self.down_since = None
        return True

    def keep_alive(self):
        """Refreshes, until a refresh gets no answer."""
        while True:
            yield self.env.timeout(self.refresh_at - self.env.now)
            answer = yield from self.request(UPDATE)
            if answer is None:
                return
            self.session_refreshed()

    def session_refreshed(self):
        """A 2xx to INVITE or UPDATE came: both timers start anew."""
        now, deployment = self.env.now, self.deployment
        self.refreshed_at = now
        self.refresh_at = now + deployment.refresh_interval
        if deployment.has_all_timers:
            expiry = self.env.timeout(deployment.session_expires_after, (self.dialog, now))
            expiry.callbacks.append(self.session_expires)

    def session_expires(self, expiry):
        if self.in_dialog and expiry.value == (self.dialog, self.refreshed_at):
            self.session.interrupt(cause=True)

    def lose(self, bye):
        """The session, or the set-up under way, is over."""
        if self.established:
            self.deployment.drops += 1
            self.down_since = self.env.now
        self.pending = {}
        if bye and self.in_dialog:
            if self.deployment.has_all_timers:
                self.env.process(self.request(BYE))
            else:
                self.cseq += 1
                self.send(Message(self.dialog, self.cseq, BYE, REQUEST, None))
        self.in_dialog = self.established = False

    def request(self, subject, call=None):
        """Sends a request and returns its answer; None: there was none in time, or the dialog is gone."""
        self.cseq += 1
        cseq, pending = self.cseq, self.pending
        reply = pending[cseq] = self.env.event()
        self.send(Message(self.dialog, cseq, subject, REQUEST, call))
        yield reply | self.env.timeout(self.deployment.give_up_after)
        pending.pop(cseq, None)
        if not reply.triggered:
            return None
        if reply.value.status == DOES_NOT_EXIST:
            self.in_dialog = False  # no BYE for it
            return None
        return reply.value

    def transact(self, subject, call):
        """A request of a call: without an answer the session is over (tear-down)."""
        dialog = self.dialog
        answer = yield from self.request(subject, call)
        if answer is None and self.established and self.dialog == dialog:
            self.session.interrupt(cause=self.in_dialog)

    def outgoing_calls(self):
        env, deployment = self.env, self.deployment
        while True:
            yield env.timeout(deployment.random.expovariate(deployment.outgoing_rate))
            if self.established:
                env.process(self.transact(MAKE_CALL, Call(deployment, False)))

    def send(self, message):
        self.deployment.messages += 1
        self.env.timeout(self.deployment.delay, message).callbacks.append(self.line.receive)

    def receive(self, arrival):
        message = arrival.value
        if message.status != REQUEST:
            if message.dialog == self.dialog:
                reply = self.pending.get(message.cseq)
                if reply is not None and not reply.triggered:
                    reply.succeed(message)
            return
        if not self.in_dialog or message.dialog != self.dialog:
            self.send(message.answer(DOES_NOT_EXIST))
            return
        if message.subject == DELIVERED and message.call.is_ringing:
            message.call.is_shown = True
        self.send(message.answer(OK))
        if message.subject == BYE:
            self.in_dialog = False
            self.session.interrupt(cause=False)


class Line:
    """What the gateway holds for one user, and the user's desk phone."""

    __slots__ = ("env", "deployment", "client", "dialog", "acknowledged", "monitored", "cseq", "pending")

    def __init__(self, deployment, client):
        self.env = deployment.env
        self.deployment = deployment
        self.client = client
        self.dialog = None
        self.acknowledged = self.monitored = False
        self.cseq = 0
        self.pending = {}

    def send(self, message):
        self.deployment.messages += 1
        self.env.timeout(self.deployment.delay, message).callbacks.append(self.client.receive)

    def receive(self, arrival):
        message = arrival.value
        ours = message.dialog == self.dialog
        if message.status != REQUEST:
            reply = self.pending.pop(message.cseq, None)
            if reply is not None:
                reply.succeed(message)
            if ours and message.status == DOES_NOT_EXIST:
                self.dialog = None
            return
        subject = message.subject
        if subject == ACK:
            self.acknowledged = self.acknowledged or ours
            return
        if subject == INVITE:
            self.dialog = message.dialog
            self.acknowledged = self.monitored = False
            if self.deployment.has_all_timers:
                self.start_dialog_timers()
        elif not ours:
            self.send(message.answer(DOES_NOT_EXIST))
            return
        elif subject == UPDATE:
            return  # the defect: it is ignored
        elif subject == BYE:
            self.dialog = None
        elif subject == MONITOR_START:
            self.monitored = True
        self.send(message.answer(OK))
        if subject == MAKE_CALL:
            self.env.process(self.outgoing_call(message.call))
        elif subject == ANSWER_CALL:
            self.report(ESTABLISHED, message.call)

    def report(self, subject, call):
        """Reports an event of a call, where the line is monitored."""
        if self.monitored and self.dialog is not None:
            self.cseq += 1
            message = Message(self.dialog, self.cseq, subject, REQUEST, call)
            if self.deployment.has_all_timers:
                self.env.process(self.transact(message))
            else:
                self.send(message)

    def transact(self, message):
        """Sends an event and waits for its answer; without one the dialog stands."""
        reply = self.pending[message.cseq] = self.env.event()
        self.send(message)
        yield reply | self.env.timeout(self.deployment.give_up_after)
        self.pending.pop(message.cseq, None)

    def start_dialog_timers(self):
        env, deployment = self.env, self.deployment
        env.timeout(deployment.give_up_after, self.dialog).callbacks.append(self.ack_is_due)
        env.timeout(deployment.session_expires_after, self.dialog).callbacks.append(self.dialog_expires)

    def ack_is_due(self, timer):
        if timer.value == self.dialog and not self.acknowledged:
            self.cseq += 1
            self.send(Message(self.dialog, self.cseq, BYE, REQUEST, None))
            self.dialog = None

    def dialog_expires(self, timer):
        if timer.value == self.dialog:
            self.dialog = None

    def incoming_calls(self):
        env, deployment = self.env, self.deployment
        while True:
            yield env.timeout(deployment.random.expovariate(deployment.incoming_rate))
            at_pc = deployment.random.random() < deployment.answered_at_pc
            env.process(self.incoming_call(Call(deployment, at_pc)))

    def incoming_call(self, call):
        self.report(DELIVERED, call)
        yield self.env.timeout(min(call.ring, self.deployment.no_answer))
        call.is_ringing = False
        self.deployment.due += 1
        self.deployment.missed += not call.is_shown
        yield from self.talk(call)

    def outgoing_call(self, call):
        self.report(ORIGINATED, call)
        self.report(DELIVERED, call)
        yield self.env.timeout(min(call.ring, self.deployment.no_answer))
        yield from self.talk(call)

    def talk(self, call):
        if call.ring < self.deployment.no_answer:
            if call.at_pc and call.is_shown and self.client.established:
                self.env.process(self.client.transact(ANSWER_CALL, call))
            else:
                self.report(ESTABLISHED, call)
            yield self.env.timeout(call.talk)
        self.report(CONNECTION_CLEARED, call)


def simulate(setting):
    """Simulates one event set."""
    env = simpy.Environment()
    deployment = Deployment(env, setting)
    clients = [Client(deployment) for _ in range(setting["users"])]
    horizon = setting["horizon_us"] / 1e6
    env.run(until=horizon)
    for client in clients:
        if client.signed_in_at is not None:
            deployment.signed_in += horizon - client.signed_in_at
        if client.down_since is not None:
            deployment.down += horizon - client.down_since
    return {
        "session_drops": deployment.drops,
        "signed_in_us": round(deployment.signed_in * 1e6),
        "down_us": round(deployment.down * 1e6),
        "toasts_due": deployment.due,
        "toasts_missed": deployment.missed,
        "messages_sent": deployment.messages,
        # SimPy keeps no count of what it processed: what was scheduled, less what is still to come.
        "events": next(env._eid) - len(env._queue),
    }


def main():
    total = {}
    for setting in json.load(sys.stdin):
        for key, value in simulate(setting).items():
            total[key] = total.get(key, 0) + value
    print(json.dumps(total))


if __name__ == "__main__":
    main()
