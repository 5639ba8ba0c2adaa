# SPDX-License-Identifier: LGPL-2.1-or-later
# The suites of ./test: what each needs, how it runs, and how its results are counted. Sourced.

PASSED=0 FAILED=0 SKIPPED=0

# Findings of the sanitizers end a program: a report can't hide in a log that nobody reads.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export LSAN_OPTIONS=suppressions=$PROJECT/tests/lib/leaks.supp:print_suppressions=0
export G_SLICE=always-malloc

wants() { [[ " ${wanted[*]} " == *" $1 "* ]]; }

prepare() { # SUITE...: packages and builds that these suites need
	local packages=("${RUN_PACKAGES[@]}" "${TEST_PACKAGES[@]}")
	! wants browser || packages+=("${BROWSER_PACKAGES[@]}")
	! wants newcomer || packages+=("${NEWCOMER_PACKAGES[@]}")
	check_disk "$PROJECT" 1500 "Testing"
	packages_ensure "${packages[@]}"
	export PATH=$PATH:/usr/sbin:/sbin
	if wants unit || wants system; then
		step "build-test" "$LOG_DIR/build-test.log" build_c build-test \
			-Db_sanitize=address,undefined -Db_lundef=false || could_not build-test
	fi
	if wants system || wants browser || wants bench; then
		step "build" "$LOG_DIR/build.log" build_c build || could_not build
		step "web app" "$LOG_DIR/web.log" build_web || could_not "web app"
	fi
	if wants fuzz; then
		CC=clang step "build-fuzz" "$LOG_DIR/build-fuzz.log" build_c build-fuzz -Dfuzz=true \
			-Db_sanitize=address,undefined -Db_lundef=false || could_not build-fuzz
	fi
}

could_not() { # a build that failed: nothing that is asked for can be judged
	FAILED=$((FAILED + 1))
	print_sum
}

run_suite() { # NAME: runs it with its output in a log, counts its lines, shows the end of what failed
	local name=$1 log=$LOG_DIR/$1.log begun=$EPOCHREALTIME ended passed failed skipped
	: >"$log"
	printf '  %-12s' "$name"
	set -m
	"suite_$name" </dev/null >"$log" 2>&1 &
	STEP_PID=$!
	set +m
	wait "$STEP_PID" 2>/dev/null
	ended=$?
	STEP_PID=
	read -r passed failed skipped < <(count_tap <"$log")
	# A suite that broke down without a failed test, or that ran nothing, did not run.
	if [ "$failed" = 0 ] && { [ "$ended" != 0 ] || [ $((passed + skipped)) = 0 ]; }; then failed=1; fi
	PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
	printf '%s passed, %s failed, %s skipped in %s s\n' "$passed" "$failed" "$skipped" \
		"$(seconds_since "$begun")"
	if [ "$name" = bench ]; then grep -v '^ok ' "$log"; fi
	if [ "$failed" != 0 ]; then
		printf '\n'
		show_failures "$log"
		printf '\nThe whole output is in %s\n\n' "$log"
	fi
}

# Each suite prints TAP lines; a subtest's are indented and not counted beside their parent's… except that
# node nests tests in files, so its suites print one flat line a test (tests/lib/reporter.mjs).
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

suite_fuzz() { # each target over its corpus, no new inputs: tests/fuzz/seeds/NAME for fuzz-NAME
	local target name ended=0
	for target in "$PROJECT"/build-fuzz/tests/fuzz/fuzz-*; do
		[ -x "$target" ] && [ -f "$target" ] || continue
		name=${target##*/fuzz-}
		if timeout 300 "$target" -runs=0 "$PROJECT/tests/fuzz/seeds/$name"; then
			say "ok fuzz $name"
		else
			say "not ok fuzz $name"
			ended=1
		fi
	done
	return "$ended"
}

node_suite() { # FOLDER: its *.test.ts under the node of web/'s lock file
	local files
	files=("$PROJECT/tests/$1"/*.test.ts)
	PATH=$(node_path):$PATH UROK_BUILD=${UROK_BUILD:-$PROJECT/build-test} \
		node --test --test-concurrency=1 --test-timeout=180000 \
		--test-reporter="$PROJECT/tests/lib/reporter.mjs" --test-reporter-destination=stdout \
		"${files[@]}"
}

suite_system() { node_suite system; }

suite_browser() { UROK_BUILD=$PROJECT/build node_suite browser; }

suite_newcomer() { newcomer_check; }

# Judges nothing by the clock: it passes when the tables could be made, which run_suite then shows.
suite_bench() {
	local name
	for name in school broadcast; do
		PATH=$(node_path):$PATH UROK_BUILD=$PROJECT/build node "$PROJECT/tests/bench/$name.ts" || return 1
		say "ok bench $name"
	done
}
