# SPDX-License-Identifier: LGPL-2.1-or-later
# The suites of ./test: what each needs, how it runs, and how its results are counted. Sourced.

PASSED=0 FAILED=0 SKIPPED=0

# Findings of the sanitizers end a program: a report can't hide in a log that nobody reads.
# GLib keeps no frame pointers: only the slow way shows who asked it for memory. Ten callers of thirty say enough:
# looking them all up for every allocation was half of what a daemon under test cost.
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:fast_unwind_on_malloc=0
ASAN_OPTIONS+=:malloc_context_size=10
ASAN_OPTIONS+=:suppressions=$PROJECT/tests/lib/overreads.supp
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export LSAN_OPTIONS=suppressions=$PROJECT/tests/lib/leaks.supp:print_suppressions=0
export G_SLICE=always-malloc

prepare() { # SUITE...: the packages that these suites need
	local name packages=("${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
	for name in "$@"; do
		case $name in
		bench) packages+=("${BENCH_PACKAGES[@]}" "${BROWSER_PACKAGES[@]}" "${CLOUD_PACKAGES[@]}") ;;
		browser) packages+=("${BROWSER_PACKAGES[@]}") ;;
		cloud) packages+=("${CLOUD_PACKAGES[@]}" "${HOSTS_PACKAGES[@]}") ;;
		hosts) packages+=("${HOSTS_PACKAGES[@]}") ;;
		install) packages+=("${HOSTS_PACKAGES[@]}" "${INSTALL_PACKAGES[@]}" "${BROWSER_PACKAGES[@]}") ;;
		newcomer) packages+=("${NEWCOMER_PACKAGES[@]}") ;;
		esac
	done
	check_disk "$PROJECT" 2000 "Testing"
	packages_ensure "${packages[@]}"
	export PATH=$PATH:/usr/sbin:/sbin
}

declare -A BUILT=() # what -> 0, or the status with which its build failed

build_once() { # WHAT COMMAND...
	local what=$1
	shift
	if [ -z "${BUILT[$what]:-}" ]; then
		: >"$LOG_DIR/$what.log"
		step "$what" "$LOG_DIR/$what.log" "$@"
		BUILT[$what]=$?
	fi
	return "${BUILT[$what]}"
}

build_plain() { build_once build build_c build; }
build_pages() { build_once web build_web; }
# Optimized a little: the compiler takes a third less time for it, and what is watched so is slow anyway.
build_checked() { # [MESON OPTION...]: with sanitizers, the unit tests too, which nothing else needs
	build_c build-test -Dunit=true -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false "$@"
}
build_sanitized() {
	build_once build-test build_checked
}

build_fuzz() { # the targets alone; clang and gcc do not warn of the same, and gcc's word is what counts
	build_c_programs build-fuzz tests/fuzz -Dfuzz=true -Dwerror=false \
		-Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false
}

# The unit tests of the rooms that have threads: hashing passwords, checkpoints, and those that use both.
THREADED=(people/unit-people-passwords people/unit-people-people people/unit-people-sessions
	store/unit-store-store store/unit-store-turn http/unit-http-turns)

build_threads() {
	configure_c build-threads -Dunit=true -Db_sanitize=thread -Db_lundef=false &&
		ninja -C "$PROJECT/build-threads" tests/threads/liburok-locks.so tests/threads/counted \
			"${THREADED[@]/#/tests/unit/}"
}

build_cloud() { build_c build -Dcloud=true; }

build_bench() {
	build_c_programs build tests/bench && ninja -C "$PROJECT/build" tests/bench/libslow-flush.so tests/lib/sync-end
}

ready_house() { :; }
ready_unit() { build_sanitized; }
ready_fuzz() { CC=clang build_once build-fuzz build_fuzz; }
# The pages come along for nginx to serve, and their lock file brings the node that runs the tests. The camera is
# never under test itself: it is the plain one, which encodes in time. UROK_BUILD names another build to be tested.
ready_system() { build_plain && build_pages && { [ -n "${UROK_BUILD:-}" ] || build_sanitized; }; }
# Chromium and a daemon with sanitizers would wait for each other: these run the build that people get.
ready_browser() { build_plain && build_pages; }
# The pages' lock file brings the node. The short form does without sanitizers.
ready_cloud() {
	build_once build-cloud build_cloud && build_pages || return 1
	[ "${ONLY[cloud]:-}" = ' short' ] || build_once build-test-cloud build_checked -Dcloud=true
}
# Lighthouse is large, and only the bench has it.
ready_bench() {
	build_once build-cloud build_cloud && build_pages && build_once build-bench build_bench &&
		build_once bench-packages node_packages tests/bench
}
ready_analyze() { build_once configure configure_c build; }
ready_threads() { build_once build-threads build_threads; }
ready_soak() { build_plain && build_pages; }
# A host runs what people get.
ready_hosts() { build_plain && build_pages; }
# The packages are built anew in roots; here are only the pages that they take, and the camera of the tests.
ready_install() { build_plain && build_pages; }
ready_newcomer() { :; }

run_suite() { # NAME: runs it with its output in a log, counts its lines, shows the end of what failed
	local name=$1 log=$LOG_DIR/$1.log begun ended passed failed skipped
	: >"$log"
	if ! "ready_$name"; then
		FAILED=$((FAILED + 1))
		say "  $name  could not run: what it needs was not built"
		return
	fi
	[ -t 1 ] || printf '  %-12s' "$name"
	begun=$EPOCHREALTIME
	tick "$name"
	set -m
	"suite_$name" </dev/null >"$log" 2>&1 &
	STEP_PID=$!
	set +m
	wait "$STEP_PID" 2>/dev/null
	ended=$?
	STEP_PID=
	stop_ticking
	[ ! -t 1 ] || printf '  %-12s' "$name"
	read -r passed failed skipped < <(count_tap <"$log")
	# A suite that broke down without a failed test, or that ran nothing, did not run.
	if [ "$failed" = 0 ] && { [ "$ended" != 0 ] || [ $((passed + skipped)) = 0 ]; }; then failed=1; fi
	PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
	printf '%s passed, %s failed, %s skipped in %s s\n' "$passed" "$failed" "$skipped" \
		"$(seconds_since "$begun")"
	case $name in
	bench) sed 's/^/    /' "$log" ;;
	soak) sed -n 's/^# /    /p' "$log" ;;
	esac
	if [ "$failed" != 0 ]; then
		printf '\n'
		show_failures "$log"
		printf '\nThe whole output is in %s\n\n' "$log"
	fi
}

# Each suite prints flat TAP lines (tests/lib/reporter.mjs and unit_results.py see to that): one a test.
count_tap() {
	awk '/^(not )?ok / {
		if (/^[^#]*# [Ss][Kk][Ii][Pp]/) skipped++
		else if (/^ok /) passed++
		else failed++
	}
	END { print passed + 0, failed + 0, skipped + 0 }'
}

show_failures() { # LOG: what is told of each failed test, or the end of it all
	if grep -q '^not ok ' "$1"; then
		awk '/^not ok / { shown = 40 } /^ok / { shown = 0 } shown-- > 0' "$1" | head -n 200
	else
		tail -n 60 "$1"
	fi
}

print_sum() {
	printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
	[ "$FAILED" = 0 ]
	exit
}

suite_house() { node "$PROJECT/tests/house/house.mjs"; }

# meson runs the programs; their own TAP lines are what is counted.
suite_unit() {
	local ended
	meson test -C "$PROJECT/build-test" --no-rebuild --print-errorlogs --timeout-multiplier 4 \
		--num-processes 2
	ended=$?
	python3 "$PROJECT/tests/lib/unit_results.py" "$PROJECT/build-test/meson-logs/testlog.json" || return
	return "$ended"
}

fuzz_names() { # of the targets that were built
	local target
	for target in "$PROJECT"/build-fuzz/tests/fuzz/fuzz-*; do
		if [ -f "$target" ] && [ -x "$target" ]; then say "${target##*/fuzz-}"; fi
	done
}

suite_fuzz() { # each target over its corpus, no new inputs: tests/fuzz/seeds/NAME for fuzz-NAME
	local name ended=0
	for name in $(fuzz_names); do
		if timeout 300 "$PROJECT/build-fuzz/tests/fuzz/fuzz-$name" -runs=0 \
			"$PROJECT/tests/fuzz/seeds/$name"; then
			say "ok fuzz $name"
		else
			say "not ok fuzz $name"
			ended=1
		fi
	done
	return "$ended"
}

# A command once for each word, all at the same time; then what each of them printed, one after the other.
beside() { # LOG COMMAND WORD...
	local log=$1 command=$2 one started=() ended=0
	shift 2
	trap 'wait; exit 143' TERM
	for one in "$@"; do
		"$command" "$one" >"$log-$one.log" 2>&1 &
		started+=($!)
	done
	for one in "${started[@]}"; do wait "$one" || ended=1; done
	for one in "$@"; do cat "$log-$one.log"; done
	return "$ended"
}

node_suite() { # FOLDER [WORD...]: its *.test.ts under the node of web/'s lock file, with words in front of node
	local files folder=$1 only
	shift
	files=("$PROJECT/tests/$folder"/*.test.ts)
	if [ -n "${ONLY[$folder]:-}" ]; then
		read -ra only <<<"${ONLY[$folder]}"
		only=("${only[@]/#/$PROJECT/tests/$folder/}")
		files=("${only[@]/%/.test.ts}")
	fi
	PATH=$(node_path):$PATH UROK_BUILD=${UROK_BUILD:-$PROJECT/build-test} \
		"$@" node --test --test-concurrency="${TEST_FILES:-1}" --test-timeout="${TEST_TIMEOUT:-180000}" --test-force-exit \
		--test-reporter="$PROJECT/tests/lib/reporter.mjs" --test-reporter-destination=stdout \
		"${files[@]}"
}

# Three files at a time: with two a third of two cores waited with them for the programs that they started.
suite_system() { TEST_FILES=3 node_suite system; }

suite_cloud() { cloud_check; }

# One file at a time: Chromium draws on both cores already.
suite_browser() { UROK_BUILD=$PROJECT/build node_suite browser; }

# Figures for people to read; what fails is a ratio that no busy machine explains, and a program that breaks down.
suite_bench() { "$PROJECT/tests/bench/run"; }

suite_analyze() { node "$PROJECT/tests/analyze/analyze.mjs" "$PROJECT/build"; }

watch_threads() { # PROGRAM WORD...: status 66 when it races
	timeout 300 env LD_PRELOAD="$PROJECT/build-threads/tests/threads/liburok-locks.so" \
		TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66 "$@"
}

suite_threads() { # the watch itself first: it must see a race, and the lock that makes it none
	local one ended=0 counted=$PROJECT/build-threads/tests/threads/counted
	watch_threads "$counted" racing
	if [ $? = 66 ]; then say "ok threads a race is seen"; else say "not ok threads a race is seen" && ended=1; fi
	for one in "$counted locked" "${THREADED[@]/#/$PROJECT/build-threads/tests/unit/}"; do
		# shellcheck disable=SC2086
		if watch_threads $one | sed 's/^/    /'; then
			say "ok threads ${one##*/}"
		else
			say "not ok threads ${one##*/}"
			ended=1
		fi
	done
	return "$ended"
}

suite_soak() { PATH=$(node_path):$PATH UROK_BUILD=$PROJECT/build node "$PROJECT/tests/soak/soak.ts"; }

suite_hosts() { hosts_check; }

suite_install() { install_check; }

suite_newcomer() { newcomer_check; }
