# SPDX-License-Identifier: LGPL-2.1-or-later
# The school that ./run starts: its places, its configuration, its processes and the way into it. Sourced.

RUNTIME_IS_OURS=

choose_places() {
	if [ -z "$PORT" ]; then PORT=$([ -n "$LAN" ] && printf 8443 || printf 8080); fi
	[[ $PORT =~ ^[0-9]{1,5}$ ]] && [ "$PORT" -ge 1 ] && [ "$PORT" -le 65535 ] ||
		fail "--port takes a number from 1 to 65535, not $PORT."
	if [ "$PORT" -lt 1024 ] && [ "$(id -u)" != 0 ]; then
		fail "Ports below 1024 are root's. Choose another: ./run --port 8080"
	fi
	if [ -z "$DATA" ]; then
		DATA=${XDG_DATA_HOME:-${HOME:-/root}/.local/share}/urok/$([ -n "$EMPTY" ] && printf empty || printf demo)
	fi
	DATA=$(realpath -m -- "$DATA")
	[[ $DATA =~ ^/[A-Za-z0-9/._+@-]+$ ]] ||
		fail "nginx needs a data directory without spaces and special characters, not $DATA."
	[[ $PROJECT =~ ^/[A-Za-z0-9/._+@-]+$ ]] ||
		fail "Move the project to a folder without spaces and special characters: $PROJECT"
	LOG_DIR=$DATA/log
	NGINX_DIR=$DATA/nginx
	# Sockets and the parts of broadcasts: never on a disk.
	RUNTIME=/dev/shm/urok-$(id -u)-$PORT
	# PostgreSQL as a user of its own gets into no root's /run/user/0.
	if [ -n "${XDG_RUNTIME_DIR:-}" ] && [ -w "$XDG_RUNTIME_DIR" ] && { [ -z "$CLOUD" ] || [ "$(id -u)" != 0 ]; }; then
		RUNTIME=$XDG_RUNTIME_DIR/urok-$PORT
	fi
	if [ -n "$LAN" ]; then ADDRESS=https://$(hostname):$PORT; else ADDRESS=http://localhost:$PORT; fi
	export UROK_CONTROL=$RUNTIME/control.sock
}

take_data() { # makes the places, and keeps a second ./run away from the same ones
	umask 022
	mkdir -p -m 700 "$DATA" 2>/dev/null && mkdir -p "$LOG_DIR" "$NGINX_DIR" ||
		fail "The data directory $DATA cannot be made. Choose another: ./run --data DIR"
	exec {LOCK}>"$DATA/lock"
	flock -n "$LOCK" ||
		fail "Another ./run uses the data in $DATA. End it first, or give this one its own: --data DIR"
	: >"$LOG_DIR/packages.log"
	: >"$LOG_DIR/build.log"
	: >"$LOG_DIR/web.log"
}

# After the port proved free: what lies there was left by a ./run that was killed. /dev/shm is everybody's: who
# makes a link there first could turn it to sockets of their own later.
take_runtime() {
	mkdir -p -m 700 "$RUNTIME" && [ ! -L "$RUNTIME" ] && [ -O "$RUNTIME" ] ||
		fail "The directory $RUNTIME cannot be ours. Choose another port: ./run --port N"
	RUNTIME_IS_OURS=yes
}

port_answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

has_ipv6() { grep -qs '^0\{31\}1 ' /proc/net/if_inet6; }

check_port() {
	local host
	for host in 127.0.0.1 $(has_ipv6 && printf ::1); do
		! port_answers "$host" "$PORT" ||
			fail "Port $PORT is taken by another program. Choose another: ./run --port $((PORT + 10 < 65536 ? PORT + 10 : 8090))"
	done
}

# The camera keeps its port as long as the data lives: the school remembers the camera's address.
camera_port() {
	local port
	if [ ! -s "$DATA/camera-port" ]; then
		for ((port = 8554; port < 8654; port++)); do
			port_answers 127.0.0.1 "$port" || break
		done
		printf '%s\n' "$port" >"$DATA/camera-port"
	fi
	cat "$DATA/camera-port"
}

own_addresses() { hostname -I 2>/dev/null | tr ' ' '\n' | grep -v '^$'; }

# The school's own authority, as the package makes it; its page /trust tells how devices learn to trust it.
make_certificate() {
	"$PROJECT/build/tls/urok-tls" --folder "$DATA/tls" --templates "$PROJECT/tls/trust" \
		--config "$DATA/urok.conf" ensure >>"$LOG_DIR/tls.log" 2>&1 ||
		fail "The certificate could not be made: $(tail -n 1 "$LOG_DIR/tls.log")"
}

origins() { # of the pages that are ours, for the configuration
	local address
	if [ -z "$LAN" ]; then
		printf '%s;' "http://localhost:$PORT" "http://127.0.0.1:$PORT" "http://[::1]:$PORT"
		return
	fi
	printf '%s;' "$ADDRESS" "https://localhost:$PORT" "https://$(hostname).local:$PORT"
	for address in $(own_addresses); do
		if [[ $address == *:* ]]; then address="[$address]"; fi
		printf '%s;' "https://$address:$PORT"
	done
}

# Without sndbuf= the kernel holds megabytes for each client that reads nothing more.
listen_lines() {
	if [ -n "$LAN" ]; then
		printf '\t\tlisten %s ssl http2 sndbuf=128k;\n' "$PORT" $(has_ipv6 && printf '[::]:%s' "$PORT")
		printf '\t\tssl_certificate %s;\n\t\tssl_certificate_key %s;\n' "$DATA/tls/server.crt" "$DATA/tls/server.key"
		printf '\t\tssl_protocols TLSv1.2 TLSv1.3;\n\t\tssl_session_cache shared:tls:2m;\n'
		printf '\t\terror_page 497 =301 https://$host:%s$request_uri;\n' "$PORT"
	else
		printf '\t\tlisten %s:%s sndbuf=128k;\n' 127.0.0.1 "$PORT"
		! has_ipv6 || printf '\t\tlisten [::1]:%s sndbuf=128k;\n' "$PORT"
	fi
}

trust_lines() {
	[ -z "$LAN" ] || fill_template "$PROJECT/config/nginx/trust.conf.in" TLS "$DATA/tls" CONFIG "$PROJECT/config/nginx"
}

fill_template() { # FILE KEY VALUE...: prints it with each @KEY@ replaced
	local text
	text=$(<"$1")
	shift
	while [ $# -gt 0 ]; do
		text=${text//"@$1@"/"$2"}
		shift 2
	done
	printf '%s\n' "$text"
}

make_configuration() {
	local user=
	[ "$(id -u)" != 0 ] || user="user $(stat -c '%U %G' "$DATA");"
	fill_template "$PROJECT/config/nginx/urok.conf.in" HTTP "$(<"$PROJECT/config/nginx/http.conf.in")" \
		SERVER "$(<"$PROJECT/config/nginx/server.conf.in")" LISTEN "$(listen_lines)" USER "$user" \
		WEB "$PROJECT/web/dist" RUNTIME "$RUNTIME" FILES "$DATA/files" STATE "$NGINX_DIR" CONFIG "$PROJECT/config/nginx" \
		TRANSPORT_SECURITY "" TRUST "$(trust_lines)" >"$NGINX_DIR/nginx.conf"
	cat >"$DATA/urok.conf" <<TEXT
# Made by ./run at each start. What each key means: config/urok.conf of the project.
[school]
public_name=${ADDRESS#*://}
[paths]
data=$DATA/school
files=$DATA/files
runtime=$RUNTIME
[sockets]
rest=$RUNTIME/rest.sock
live=$RUNTIME/live.sock
control=$RUNTIME/control.sock
metrics=$RUNTIME/metrics.sock
[http]
origins=$(origins)
[network]
announce=no
[health]
certificate=$DATA/tls/state.json
[backup]
folder=$DATA/backups
state=$DATA/backup-state
certificates=$DATA/tls
program=$PROJECT/build/backup/urok-backup
launcher=children
[broadcast]
worker=$PROJECT/build/workers/broadcast/urok-broadcast
pipelines=$PROJECT/gst-pipelines
launcher=children
camera_networks=127.0.0.0/8;::1/128;
[jobs]
launcher=children
papers_worker=$PROJECT/build/workers/papers/urok-papers
errands_worker=$PROJECT/build/workers/errands/urok-errands
TEXT
	[ -z "$LAN" ] || make_certificate
}

urokctl() { "$PROJECT/build/ctl/urokctl" "$@"; }

start_service() { # NAME: starts it and waits until it serves
	local first
	first=$(service_lines "$1")
	case $1 in
	camera)
		service_start camera "$PROJECT/build/demo/urok-demo-camera" --port "$(camera_port)"
		service_wait_line camera '^listening ' 20 "$first"
		;;
	urokd)
		service_start urokd "$PROJECT/build/daemon/app/urokd" --config "$DATA/urok.conf"
		service_wait_line urokd '(^|[^a-z])ready' 30 "$first"
		;;
	nginx)
		service_start nginx /usr/sbin/nginx -e "$NGINX_DIR/error.log" -c "$NGINX_DIR/nginx.conf"
		until port_answers 127.0.0.1 "$PORT"; do
			service_is_up nginx || return 1
			sleep 0.05
		done
		;;
	esac
}

fail_service() {
	tail -n 15 "$LOG_DIR/$1.log" "$NGINX_DIR/error.log" 2>/dev/null >&2
	fail "$1 did not start. Above is the end of what it said in $LOG_DIR."
}

# First start: the demo school. Later: what is there. DATA/demo-people names a person of each role; it is there
# when the school is whole.
furnish() {
	[ -z "$EMPTY" ] && [ ! -e "$DATA/demo-people" ] || return 0
	: >"$DATA/demo-begun"
	step "demo school" "$DATA/demo-begun" \
		urokctl demo --camera "rtsp://127.0.0.1:$(camera_port)/kabinet-12" ||
		fail "The demo school could not be made. The next ./run begins it anew."
	mv "$DATA/demo-begun" "$DATA/demo-people"
}

drop_half_made() { # a demo school whose making was interrupted
	[ -e "$DATA/demo-begun" ] || return 0
	say "  The demo school was not finished last time: it is made anew."
	rm -rf "$DATA/school" "$DATA/demo-begun"
}

print_doors() { # how to get in: a link a role, or the code of the first start
	local role login name link
	if [ -n "$EMPTY" ]; then
		urokctl setup-code 2>/dev/null ||
			say "It is set up. A link for who forgot: UROK_CONTROL=$UROK_CONTROL $PROJECT/build/ctl/urokctl sign-in-link LOGIN"
		say "A simulated camera to add: rtsp://127.0.0.1:$(camera_port)/kabinet-12"
	else
		say "Each link signs one person in, once; every ./run prints new ones:"
		while read -r role login name; do
			link=$(urokctl sign-in-link "$login" | head -n 1)
			printf '  %-14s %s  (%s)\n' "$role" "$link" "$name"
		done <"$DATA/demo-people"
	fi
	[ -z "$LAN" ] || say "Browsers warn until their device is told to trust the school: $ADDRESS/trust says how."
}

end_all() {
	stop_step
	services_stop
	[ -z "$RUNTIME_IS_OURS" ] || rm -rf "$RUNTIME"
	# A sleep of ours may live a second longer, and would keep the lock that it inherited.
	[ -z "${LOCK:-}" ] || flock -u "$LOCK"
}
