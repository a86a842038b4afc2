"""PJSIP as a client by RFC 4028. client.py GATEWAY_PORT SECONDS SESSION_EXPIRES: prints "SECONDS STATE" of its call"""
import os
import sys
import time

import pjsua2 as pj

from endpoint import account_config, start

port, seconds, session = (int(word) for word in sys.argv[1:4])
endpoint = start(0)
config = account_config("sip:user1@example.test")
config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
config.callConfig.timerSessExpiresSec = session
config.callConfig.timerMinSESec = 90


class Account(pj.Account):
    pass


account = Account()
account.create(config)
begin = time.time()


class Call(pj.Call):
    def onCallState(self, parameters):
        print(f"{time.time() - begin:.3f} {self.getInfo().stateText}", flush=True)


call = Call(account)
parameters = pj.CallOpParam(True)
parameters.opt.audioCount = 1
parameters.opt.videoCount = 0
call.makeCall(f"sip:line1@127.0.0.1:{port}", parameters)
while time.time() < begin + seconds:
    endpoint.libHandleEvents(20)
os._exit(0)
