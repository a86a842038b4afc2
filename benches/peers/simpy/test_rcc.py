"""python3 -m unittest discover simpy, with SimPy installed."""

import unittest

import rcc

SECOND = 1_000_000


class ExactCase(unittest.TestCase):
    def simulate(self, seconds):
        return rcc.simulate({
            "scope": "whole",
            "seed": 1,
            "users": 3,
            "horizon_us": seconds * SECOND,
            "sign_in_over_us": 0,
            "delay_us": 0,
            "refresh_us": 1500 * SECOND,
            "give_up_us": 32 * SECOND,
            "session_expires_us": 1800 * SECOND,
            "reestablish_us": 30 * SECOND,
            "incoming_per_s": 0,
            "outgoing_per_s": 0,
            "ring_us": 10 * SECOND,
            "no_answer_us": 20 * SECOND,
            "talk_us": 180 * SECOND,
            "answered_at_pc": 0,
        })  # fmt: skip

    def test_a_user_without_calls_loses_18_sessions_and_540_s_in_8_h(self):
        # 1532 s up and 30 s down in turn: 18 losses in 28,800 s, the last at 28,086 s.
        counts = self.simulate(8 * 3600)
        self.assertEqual((counts["session_drops"], counts["down_us"]), (3 * 18, 3 * 540 * SECOND))
        # 19 set-ups of 7 messages, of which the last is still up; 18 refreshes without an answer; 18 BYE and their 200.
        self.assertEqual(counts["messages_sent"], 3 * (19 * 7 + 18 + 18 * 2))

    def test_a_second_after_the_last_loss(self):
        counts = self.simulate(28_087)
        self.assertEqual((counts["session_drops"], counts["down_us"]), (3 * 18, 3 * (17 * 30 + 1) * SECOND))


if __name__ == "__main__":
    unittest.main()
