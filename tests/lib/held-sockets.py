# SPDX-License-Identifier: LGPL-2.1-or-later
"""urokd as systemd starts it: its sockets are held by somebody who outlives it.

    held-sockets.py FOLDER PROGRAM [WORD...]

A line "restart" ends it politely and starts it again; "restart PROGRAM" starts another one in its place."""
import os
import signal
import socket
import subprocess
import sys

NAMES = ("rest", "live", "control", "metrics")
folder, words = sys.argv[1], sys.argv[2:]
sockets = []
for name in NAMES:
    held = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    held.bind(os.path.join(folder, f"{name}.sock"))
    held.listen(4096)
    sockets.append(held)


def pass_sockets():
    # To numbers that none of them has, then to the agreed ones, which the program inherits.
    copies = [os.dup2(held.fileno(), 100 + i) for i, held in enumerate(sockets)]
    for i, copy in enumerate(copies):
        os.dup2(copy, 3 + i)


def start():
    script = 'LISTEN_PID=$$ LISTEN_FDS=4 LISTEN_FDNAMES=%s exec "$@"' % ":".join(NAMES)
    return subprocess.Popen(["sh", "-c", script, "held", *words], preexec_fn=pass_sockets, stdin=subprocess.DEVNULL,
                            pass_fds=range(3, 3 + len(NAMES)))


def end(_signal, _frame):
    child.send_signal(signal.SIGTERM)
    sys.exit(child.wait())


child = start()
signal.signal(signal.SIGTERM, end)
for line in sys.stdin:
    command = line.split()
    child.send_signal(signal.SIGTERM)
    print("ended", child.wait(), flush=True)
    if len(command) > 1:
        words[0] = command[1]
    child = start()
signal.pause()
