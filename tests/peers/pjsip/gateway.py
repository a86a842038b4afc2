"""PJSIP as a gateway: answers every call. gateway.py PORT SECONDS"""
import os
import sys
import time

import pjsua2 as pj

from endpoint import account_config, start

port, seconds = int(sys.argv[1]), int(sys.argv[2])
endpoint = start(port)
calls = []


class Account(pj.Account):
    def onIncomingCall(self, parameters):
        call = pj.Call(self, parameters.callId)
        calls.append(call)
        answer = pj.CallOpParam()
        answer.statusCode = 200
        call.answer(answer)


config = account_config("sip:line1@example.test")
account = Account()
account.create(config)
end = time.time() + seconds
while time.time() < end:
    endpoint.libHandleEvents(20)
os._exit(0)
