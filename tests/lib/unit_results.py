# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turns meson's testlog.json into flat TAP lines: one a test case of each GLib test program."""

import json
import re
import sys

CASE = re.compile(r"^(not ok|ok) \d+ (.*)$", re.MULTILINE)


def print_program(program: dict) -> None:
    name = program["name"]
    cases = CASE.findall(program.get("stdout", ""))
    for outcome, text in cases:
        print(f"{outcome} {name} {text}")
    passed = program["result"] in ("OK", "EXPECTEDFAIL")
    if program["result"] == "SKIP" and not cases:
        print(f"ok {name} # SKIP")
    elif not cases:
        print(f"{'ok' if passed else 'not ok'} {name}")
    elif not passed and all(outcome == "ok" for outcome, _ in cases):
        print(f"not ok {name}: {program['result']} after its last test")
    if not passed:
        tail = (program.get("stdout", "") + program.get("stderr", "")).splitlines()[-60:]
        print("\n".join(f"    {line}" for line in tail))


with open(sys.argv[1], encoding="utf-8") as log:
    for line in log:
        if line.strip():
            print_program(json.loads(line))
