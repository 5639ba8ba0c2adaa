# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service manager's ear for a test: each message of sd_notify(3) on its own line of JSON."""
import json
import socket
import sys

ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ear.bind(sys.argv[1])
print("listening", flush=True)
while True:
    # A descriptor that comes along (sd_notify_barrier) is not taken, and so is closed: the sender goes on.
    message = ear.recv(65536).decode()
    print(json.dumps(dict(line.split("=", 1) for line in message.strip().split("\n")), ensure_ascii=False), flush=True)
