"""Runs programs when they are due, whether or not those before have ended, and tells what became of each.

Reads {"programs": [{"due": seconds, "text": ...}]} from standard input, and writes a line when their time begins to count, and
then one of JSON as each ends. Each runs in a process of its own, which is forked from this one: what they all import is loaded once, since loading it three hundred
times would be most of what a small machine does meanwhile.
"""

import json
import os
import selectors
import sys
import time
import traceback

import requests  # noqa: F401  it is what they import


def begin(text):
    """Runs a program. Returns its process, and where what it prints can be read."""
    readable, writable = os.pipe()
    process = os.fork()
    if process > 0:
        os.close(writable)
        return process, readable
    os.dup2(writable, 1)
    os.dup2(writable, 2)
    try:
        exec(compile(text, "client.py", "exec"), {"__name__": "__main__"})
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def main():
    waiting = json.load(sys.stdin)["programs"]
    running = selectors.DefaultSelector()
    began = time.monotonic()
    print("began", flush=True)
    index = 0
    while index < len(waiting) or running.get_map():
        now = time.monotonic() - began
        while index < len(waiting) and waiting[index]["due"] <= now:
            process, readable = begin(waiting[index]["text"])
            running.register(readable, selectors.EVENT_READ, (index, process, []))
            index += 1
        pause = max(0, waiting[index]["due"] - now) if index < len(waiting) else 1
        if not running.get_map():
            time.sleep(pause)
            continue
        for key, _ in running.select(pause):
            which, process, printed = key.data
            part = os.read(key.fd, 65536)
            if part:
                printed.append(part)
                continue
            running.unregister(key.fd)
            os.close(key.fd)
            os.waitpid(process, 0)
            after = time.monotonic() - began - waiting[which]["due"]
            text = b"".join(printed).decode(errors="replace")
            print(json.dumps({"index": which, "seconds": after, "printed": text}), flush=True)


main()
