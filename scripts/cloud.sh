# SPDX-License-Identifier: LGPL-2.1-or-later
# ./run cloud: a cloud for one town on this machine: PostgreSQL, mosquitto, one urok-cloud, nginx. Sourced.

CLOUD_SCHOOL=school # the short name of the first one

postgres_program() { # NAME: Debian keeps the programs of each version apart; the newest
	local at
	at=$(printf '%s\n' /usr/lib/postgresql/*/bin/"$1" | sort -V | tail -n 1)
	[ -x "$at" ] || fail "PostgreSQL's $1 is not installed."
	printf '%s\n' "$at"
}

# PostgreSQL refuses to run as root; its package made a user.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig TERM "$@"
	else
		"$@"
	fi
}

# root's own folders are closed to PostgreSQL's user, who has a home for clusters.
choose_cluster() {
	CLUSTER=$DATA/postgres
	[ "$(id -u)" != 0 ] || CLUSTER=/var/lib/postgresql/urok${DATA//\//-}
}

make_cluster() { # a cluster of our own; only a Unix socket leads to it
	local owner=postgres
	[ "$(id -u)" = 0 ] || owner=$(id -un)
	mkdir -p -m 700 "$RUNTIME/postgres" "$CLUSTER"
	chmod 711 "$RUNTIME"
	chown "$owner" "$RUNTIME/postgres" "$CLUSTER"
	[ -e "$CLUSTER/PG_VERSION" ] || (cd / && as_postgres "$(postgres_program initdb)" -D "$CLUSTER" -A trust -U urok -E UTF8 \
		--locale=C.UTF-8 --no-instructions)
}

make_database() {
	local psql
	psql=$(postgres_program psql)
	"$psql" -h "$RUNTIME/postgres" -U urok -At -c "SELECT 1 FROM pg_database WHERE datname = 'urok'" postgres | grep -q 1 ||
		"$(postgres_program createdb)" -h "$RUNTIME/postgres" -U urok urok
}

# Beside the pages: HTTPS with a certificate of the cloud's own authority, which asks boxes for theirs.
door_of_boxes() {
	fill_template "$PROJECT/config/nginx/cloud-door.conf.in" RUNTIME "$RUNTIME" ALL_FILES "$DATA/files" AUTHORITY "$DATA/broker/ca.pem" \
		LISTEN "	listen 127.0.0.1:$((PORT + 2)) ssl;
	ssl_certificate $DATA/broker/broker.pem;
	ssl_certificate_key $DATA/broker/broker.key;"
}

make_broker_configuration() {
	mkdir -p "$DATA/broker"
	cp "$PROJECT/config/mosquitto/acl" "$DATA/broker/acl"
	chmod 600 "$DATA/broker/acl"
	cat >"$DATA/broker/mosquitto.conf" <<TEXT
$([ "$(id -u)" != 0 ] || printf 'user root')
set_tcp_nodelay true
message_size_limit 4194304
listener $((PORT + 1)) 127.0.0.1
cafile $DATA/broker/ca.pem
crlfile $DATA/cloud/tls/crl.pem
certfile $DATA/broker/broker.pem
keyfile $DATA/broker/broker.key
require_certificate true
use_identity_as_username true
acl_file $DATA/broker/acl
persistence false
TEXT
}

make_cloud_configuration() {
	local user= server
	[ "$(id -u)" != 0 ] || user="user $(stat -c '%U %G' "$DATA");"
	mkdir -p "$DATA/cloud" "$DATA/files"
	[ -s "$DATA/cloud.key" ] || (umask 077 && "$PROJECT/build/cloud/urok-cloud" --make-key >"$DATA/cloud.key")
	server=$(sed -e 's#http://$urok_rest#http://$urok_school_rest#; s#http://urok_live#http://$urok_school_live#' \
		"$PROJECT/config/nginx/server.conf.in")
	fill_template "$PROJECT/config/nginx/urok.conf.in" \
		HTTP "$(cat "$PROJECT/config/nginx/http.conf.in" "$PROJECT/config/nginx/cloud.conf.in")
$(door_of_boxes)" \
		SERVER "$server" LISTEN "$(listen_lines)" USER "$user" WEB "$PROJECT/web/dist" RUNTIME "$RUNTIME" \
		FILES "$DATA/files/\$urok_school" STATE "$NGINX_DIR" CONFIG "$PROJECT/config/nginx" \
		TRANSPORT_SECURITY "" TRUST "" >"$NGINX_DIR/nginx.conf"
	make_broker_configuration
	cat >"$DATA/cloud.conf" <<TEXT
# Made by ./run cloud at each start. What each key means: docs/cloud.md of the project.
[cloud]
postgres=host=$RUNTIME/postgres user=urok dbname=urok
data=$DATA/cloud
files=$DATA/files
runtime=$RUNTIME
address=http://*.localhost:$PORT
broker=mqtts://localhost:$((PORT + 1))
key_file=$DATA/cloud.key
papers_worker=$PROJECT/build/workers/papers/urok-papers
errands_worker=$PROJECT/build/workers/errands/urok-errands
TEXT
}

urok_cloud() { "$PROJECT/build/cloud/urok-cloud" --config "$DATA/cloud.conf" "$@"; }

start_cloud_service() { # NAME: starts it and waits until it serves
	local first
	first=$(service_lines "$1")
	case $1 in
	postgres)
		if [ "$(id -u)" = 0 ]; then
			service_start postgres setpriv --reuid=postgres --regid=postgres --init-groups --pdeathsig TERM \
				"$(postgres_program postgres)" -D "$CLUSTER" -k "$RUNTIME/postgres" -c listen_addresses=
		else
			service_start postgres "$(postgres_program postgres)" -D "$CLUSTER" -k "$RUNTIME/postgres" -c listen_addresses=
		fi
		service_wait_line postgres 'ready to accept connections' 60 "$first"
		;;
	mosquitto)
		service_start mosquitto /usr/sbin/mosquitto -c "$DATA/broker/mosquitto.conf"
		service_wait_line mosquitto 'running$' 20 "$first"
		;;
	urok-cloud)
		service_start urok-cloud "$PROJECT/build/cloud/urok-cloud" --config "$DATA/cloud.conf"
		service_wait_line urok-cloud 'is ready' 30 "$first"
		;;
	*) start_service "$1" ;;
	esac
}

print_cloud_doors() {
	local control=$RUNTIME/schools/$CLOUD_SCHOOL/control.sock
	say "The school is at  http://$CLOUD_SCHOOL.localhost:$PORT"
	UROK_CONTROL=$control urokctl setup-code 2>/dev/null ||
		say "It is set up. A link for who forgot: UROK_CONTROL=$control $PROJECT/build/ctl/urokctl sign-in-link LOGIN"
	say "Another school: $PROJECT/build/cloud/urok-cloud --config $DATA/cloud.conf --add-school NAME"
	say "A box of a school that ./run started is linked to it by two commands:"
	say "  $PROJECT/build/cloud/urok-cloud --config $DATA/cloud.conf --link-code $CLOUD_SCHOOL"
	say "  $PROJECT/build/ctl/urokctl cloud link https://localhost:$((PORT + 2)) --ca $DATA/broker/ca.pem   (it asks for the code)"
}

run_cloud() {
	local name begun=$EPOCHREALTIME first
	packages_ensure "${RUN_PACKAGES[@]}" "${CLOUD_PACKAGES[@]}"
	step "programs" "$LOG_DIR/build.log" build_c build -Dcloud=true ||
		fail "The programs could not be built. This is a fault of Urok's, or of the lines above."
	step "web app" "$LOG_DIR/web.log" build_web || fail "The web app could not be built."
	choose_cluster
	step "cluster" "$LOG_DIR/cluster.log" make_cluster || fail "PostgreSQL's cluster could not be made."
	make_cloud_configuration
	start_cloud_service postgres || fail_service postgres
	make_database || fail "PostgreSQL's database could not be made."
	urok_cloud --write-broker "$DATA/broker" || fail "The broker's certificate could not be made."
	start_cloud_service mosquitto || fail_service mosquitto
	urok_cloud --list-schools | grep -q . || urok_cloud --add-school "$CLOUD_SCHOOL" || fail "The first school could not be added."
	first=$(service_lines urok-cloud)
	for name in urok-cloud nginx; do start_cloud_service "$name" || fail_service "$name"; done
	service_wait_line urok-cloud "The school $CLOUD_SCHOOL is held" 20 "$first" || fail_service urok-cloud
	say
	say "Ready after $(seconds_since "$begun") s."
	print_cloud_doors
	say "Its data is in $DATA$([ "$CLUSTER" = "$DATA/postgres" ] || printf ' and %s' "$CLUSTER"), what it says in $LOG_DIR. Ctrl-C ends it."
	services_watch start_cloud_service
}
