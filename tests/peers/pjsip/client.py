"""PJSIP as a client by RFC 4028. client.py GATEWAY_PORT SECONDS SESSION_EXPIRES: prints "SECONDS STATE" of its call"""
import os
import sys
import time

import pjsua2 as pj

port, seconds, session = (int(word) for word in sys.argv[1:4])
endpoint = pj.Endpoint()
endpoint.libCreate()
config = pj.EpConfig()
config.logConfig.level = config.logConfig.consoleLevel = 1
config.uaConfig.threadCnt = 0
config.uaConfig.mainThreadOnly = True
endpoint.libInit(config)
transport = pj.TransportConfig()
transport.port = 0
transport.boundAddress = transport.publicAddress = "127.0.0.1"
endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
endpoint.audDevManager().setNullDev()
endpoint.libStart()
config = pj.AccountConfig()
config.idUri = "sip:user1@example.test"
config.mediaConfig.transportConfig.boundAddress = "127.0.0.1"
config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_ALWAYS
config.callConfig.timerSessExpiresSec = session
config.callConfig.timerMinSESec = 90


class Account(pj.Account):
    pass


account = Account()
account.create(config)
start = time.time()


class Call(pj.Call):
    def onCallState(self, parameters):
        print(f"{time.time() - start:.3f} {self.getInfo().stateText}", flush=True)


call = Call(account)
parameters = pj.CallOpParam(True)
parameters.opt.audioCount = 1
parameters.opt.videoCount = 0
call.makeCall(f"sip:line1@127.0.0.1:{port}", parameters)
while time.time() < start + seconds:
    endpoint.libHandleEvents(20)
os._exit(0)
