# SPDX-License-Identifier: LGPL-2.1-or-later
# What ./run and ./test print: one line a step with its seconds, and sentences when something is wrong.
# Sourced. Long output goes to $LOG_DIR; the end of it is shown when a step fails.

say() { printf '%s\n' "$*"; }

fail() { # SENTENCE...: what is wrong and what to do, then the end
	printf '\n%s\n' "$*" >&2
	exit 1
}

seconds_since() { # EPOCHREALTIME -> "1.2"
	local now=$EPOCHREALTIME
	printf '%d.%d' $(((${now/[.,]/} - ${1/[.,]/}) / 1000000)) \
		$(((${now/[.,]/} - ${1/[.,]/}) / 100000 % 10))
}

# The command of the step that is going on, so that a signal can end it: see stop_step().
STEP_PID=

# On a terminal the seconds of a long step count up.
TICKER_PID=

tick() { # NAME
	[ -t 1 ] || return 0
	(
		trap 'exit 0' TERM
		for ((seconds = 1; ; seconds++)); do
			sleep 1 &
			wait $!
			printf '\r  %-12s%d s' "$1" "$seconds"
		done
	) &
	TICKER_PID=$!
}

stop_ticking() {
	[ -n "$TICKER_PID" ] || return 0
	kill -TERM "$TICKER_PID" 2>/dev/null
	wait "$TICKER_PID" 2>/dev/null
	TICKER_PID=
	printf '\r%-20s\r' ''
}

step() { # NAME LOG COMMAND...: runs it in a process group of its own, its output in the log
	local name=$1 log=$2 begun=$EPOCHREALTIME ended
	shift 2
	[ -t 1 ] || printf '  %-12s' "$name"
	tick "$name"
	set -m
	"$@" </dev/null >>"$log" 2>&1 &
	STEP_PID=$!
	set +m
	wait "$STEP_PID" 2>/dev/null
	ended=$?
	STEP_PID=
	stop_ticking
	[ ! -t 1 ] || printf '  %-12s' "$name"
	if [ "$ended" != 0 ]; then
		printf 'failed after %s s\n\n' "$(seconds_since "$begun")"
		tail -n "${STEP_TAIL:-25}" "$log" >&2
		printf '\nThe whole output is in %s\n' "$log" >&2
		return "$ended"
	fi
	printf '%s s\n' "$(seconds_since "$begun")"
}

stop_step() { # ends the step that is going on and waits for it
	stop_ticking
	[ -n "$STEP_PID" ] || return 0
	# What runs through sudo is root's: a plain user's signal does not reach it.
	kill -TERM -- "-$STEP_PID" 2>/dev/null ||
		sudo -n kill -TERM -- "-$STEP_PID" 2>/dev/null
	wait "$STEP_PID" 2>/dev/null
	STEP_PID=
}
