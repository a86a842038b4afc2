"""PJSIP as a gateway: answers every call. gateway.py PORT SECONDS"""
import os
import sys
import time

import pjsua2 as pj

port, seconds = int(sys.argv[1]), int(sys.argv[2])
endpoint = pj.Endpoint()
endpoint.libCreate()
config = pj.EpConfig()
config.logConfig.level = config.logConfig.consoleLevel = 1
config.uaConfig.threadCnt = 0
config.uaConfig.mainThreadOnly = True
endpoint.libInit(config)
transport = pj.TransportConfig()
transport.port = port
transport.boundAddress = transport.publicAddress = "127.0.0.1"
endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
endpoint.audDevManager().setNullDev()
endpoint.libStart()
calls = []


class Account(pj.Account):
    def onIncomingCall(self, parameters):
        call = pj.Call(self, parameters.callId)
        calls.append(call)
        answer = pj.CallOpParam()
        answer.statusCode = 200
        call.answer(answer)


config = pj.AccountConfig()
config.idUri = "sip:line1@example.test"
config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
account = Account()
account.create(config)
end = time.time() + seconds
while time.time() < end:
    endpoint.libHandleEvents(20)
os._exit(0)
