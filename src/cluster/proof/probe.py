"""Sends packets, or answers them: what runs in the pods of a proof. Python's standard library only.

    probe.py listen PORT READY_PORT    answers TCP and UDP on PORT; opens READY_PORT once it has reached itself
    probe.py probe PROBES              PROBES: [[host, port, protocol, expected], ...] as JSON; protocol: TCP, UDP, DNS

The outcome is one letter a probe, in their order: o for open, r refused, t no answer in time, u unreachable, x anything
else. It goes where the kubelet looks for it once the container has ended: so nobody needs to read a log.
"""
import json
import os
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

OUTCOME = "/dev/termination-log"
TRY_S = 1
PAUSE_S = 0.25
# Network policies take a moment to come into force, for a pod that has just got its address as well.
PATIENCE_S = {"open": 4, "observed": 0, "closed": 10}
# One silence may be chance, or a network that is not there yet.
IN_A_ROW = {"open": 1, "observed": 1, "closed": 2}
AT_ONCE = 64


def outcome_of(host, port, protocol):
    try:
        if protocol == "DNS":
            socket.getaddrinfo(host, None)
        else:
            exchange(os.path.expandvars(host), port, protocol)
        return "o"
    except ConnectionRefusedError:
        return "r"
    except (socket.timeout, TimeoutError):
        return "t"
    except socket.gaierror as error:
        # That there is no such name is an answer, too.
        return "o" if error.errno == socket.EAI_NONAME else "t"
    except OSError:
        return "u"
    except Exception:
        return "x"


def exchange(host, port, protocol):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    kind = socket.SOCK_STREAM if protocol == "TCP" else socket.SOCK_DGRAM
    with socket.socket(family, kind) as connection:
        connection.settimeout(TRY_S)
        connection.connect((host, port))
        if protocol == "UDP":
            connection.send(b"berth")
            connection.recv(64)


def probe_until_as_expected(host, port, protocol, expected):
    end = time.monotonic() + PATIENCE_S[expected]
    in_a_row = 0
    while True:
        outcome = outcome_of(host, port, protocol)
        as_expected = (outcome == "o") == (expected == "open")
        in_a_row = in_a_row + 1 if as_expected else 0
        if in_a_row >= IN_A_ROW[expected] or time.monotonic() >= end:
            return outcome
        time.sleep(PAUSE_S)


def probe(probes):
    """First what is to answer: so that what is closed afterwards is not so for want of a network."""
    outcomes = ["x"] * len(probes)
    for phase in (("open", "observed"), ("closed",)):
        chosen = [index for index, one in enumerate(probes) if one[3] in phase]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for index, outcome in zip(chosen, pool.map(lambda index: probe_until_as_expected(*probes[index]), chosen)):
                outcomes[index] = outcome
    with open(OUTCOME, "w") as file:
        file.write("".join(outcomes))


def bound(family, kind, port):
    listener = socket.socket(family, kind)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
    return listener


def answer_tcp(family, port):
    listener = bound(family, socket.SOCK_STREAM, port)
    listener.listen()
    while True:
        listener.accept()[0].close()


def answer_udp(family, port):
    listener = bound(family, socket.SOCK_DGRAM, port)
    while True:
        listener.sendto(*listener.recvfrom(64))


def listen(port, ready_port):
    addresses = os.environ["POD_IPS"].split(",")
    families = {socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses}
    for family in families:
        for answer in (answer_tcp, answer_udp):
            threading.Thread(target=answer, args=(family, port), daemon=True).start()
    own = [(address, port, protocol) for address in addresses for protocol in ("TCP", "UDP")]
    while any(outcome_of(*one) != "o" for one in own):
        time.sleep(PAUSE_S)
    # The kubelet asks at the pod's first address.
    answer_tcp(socket.AF_INET6 if ":" in addresses[0] else socket.AF_INET, ready_port)


if __name__ == "__main__":
    role, *arguments = sys.argv[1:]
    if role == "listen":
        listen(*map(int, arguments))
    else:
        probe(json.loads(arguments[0]))
