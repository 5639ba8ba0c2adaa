# SPDX-License-Identifier: LGPL-2.1-or-later
# Starts the processes of ./run, starts one again that ended, and ends them all. Sourced.

declare -A SERVICE_PID=() # name -> process id, which is its process group too
declare -A SERVICE_ENDS=() # name -> how often it ended by itself lately
SERVICE_LEFT=() # groups of processes that ended by themselves: workers may live on in them

# Each in a process group of its own: Ctrl-C reaches ./run alone, which ends them in order. setpriv's signal
# reaches them when ./run itself is killed.
service_start() { # NAME COMMAND...: its output goes to LOG_DIR/NAME.log
	local name=$1
	shift
	: >>"$LOG_DIR/$name.log" # there before anybody follows it
	set -m
	setpriv --pdeathsig TERM "$@" </dev/null >>"$LOG_DIR/$name.log" 2>&1 &
	SERVICE_PID[$name]=$!
	set +m
}

service_is_up() { [ -n "${SERVICE_PID[$1]:-}" ] && kill -0 "${SERVICE_PID[$1]}" 2>/dev/null; }

# Waits until a line of the service's log matches, as long as the service lives.
service_wait_line() { # NAME PATTERN SECONDS FIRST_LINE
	local line lines follower deadline=$((SECONDS + $3)) found=1
	exec {lines}< <(exec tail -n "+$4" -s 0.1 -f --pid="${SERVICE_PID[$1]}" "$LOG_DIR/$1.log")
	follower=$!
	while IFS= read -r -t $((deadline > SECONDS ? deadline - SECONDS : 1)) -u "$lines" line; do
		if [[ $line =~ $2 ]]; then
			found=0
			break
		fi
	done
	exec {lines}<&-
	kill "$follower" 2>/dev/null
	return "$found"
}

service_lines() { # NAME: the number of the log's next line
	local count=0
	[ ! -e "$LOG_DIR/$1.log" ] || count=$(wc -l <"$LOG_DIR/$1.log")
	printf '%d\n' $((count + 1))
}

service_stop() { # NAME SECONDS: asks, waits, insists; its workers are in its group
	local pid=${SERVICE_PID[$1]:-}
	[ -n "$pid" ] || return 0
	unset "SERVICE_PID[$1]"
	kill -TERM "$pid" 2>/dev/null
	timeout -s KILL "$2" tail -s 0.1 -f --pid="$pid" /dev/null
	kill -KILL -- "-$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
} 2>/dev/null

services_stop() { # the front door first, so that nobody meets a half-ended school
	local name
	for name in nginx urokd camera urok-cloud mosquitto postgres; do service_stop "$name" 10; done
	for name in "${SERVICE_LEFT[@]}"; do kill -KILL -- "-$name" 2>/dev/null; done
	return 0
}

pause() { # SECONDS: a signal ends it at once, as it ends every `wait`
	sleep "$1" &
	wait $!
}

# Looks once a second until a signal ends ./run: what ended by itself is told and started again, as a unit would
# be; the fifth time within a minute it stays down and the rest is ended. (bash's `wait -n` forgets a process
# that ended before it was called.)
services_watch() { # FUNCTION: starts the service that it is given
	local name ended since=$SECONDS
	while pause 1; do
		for name in "${!SERVICE_PID[@]}"; do
			! service_is_up "$name" || continue
			wait "${SERVICE_PID[$name]}" 2>/dev/null
			ended=$?
			SERVICE_LEFT+=("${SERVICE_PID[$name]}")
			unset "SERVICE_PID[$name]"
			if [ $((SECONDS - since)) -gt 60 ]; then SERVICE_ENDS=() since=$SECONDS; fi
			SERVICE_ENDS[$name]=$((${SERVICE_ENDS[$name]:-0} + 1))
			say "$(date +%H:%M:%S)  $name ended by itself (status $ended); its last words:"
			tail -n 5 "$LOG_DIR/$name.log" | sed 's/^/    /'
			if [ "${SERVICE_ENDS[$name]}" -ge 5 ]; then
				fail "$name does not stay up, so all of it is ended." \
					"What it said is in $LOG_DIR/$name.log"
			fi
			if "$1" "$name"; then say "$(date +%H:%M:%S)  $name is started again."; fi
		done
	done
}
