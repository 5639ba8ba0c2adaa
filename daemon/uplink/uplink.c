/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The line itself: begun from the folder, told to who has a page open. */
#include "uplink/uplink-private.h"

#include "base/clock.h"
#include "base/log.h"

#include <string.h>

#define WATCH_S 5
#define TELL_MS 2000 /* whoever writes while the line is down makes the number grow each time */

static void tell_rooms(Uplink *self)
{
	UplinkState state = uplink_status(self).state;

	travel_line(self->travel, state == UPLINK_LIVE);
	if (state == self->told_state)
		return;
	self->told_state = state;
	if (self->options.on_changed)
		self->options.on_changed(self->options.data);
}

static void tell(void *data)
{
	Uplink *self = data;
	g_autoptr(json_t) line = uplink_line(self);
	g_autofree char *text = NULL;
	bool live = json_is_true(json_object_get(line, "live"));

	tell_rooms(self);
	/* On a line that is there what waits is gone in a moment: nobody is told of each. */
	if (live)
		json_object_set_new(line, "waiting_since", json_null());
	if (live || !self->folder)
		json_object_set_new(line, "waiting", json_integer(0));
	text = json_format(line);
	if (self->told && strcmp(text, self->told) == 0)
		return;
	g_free(self->told);
	self->told = g_steal_pointer(&text);
	events_signal(self->events, self->folder ? "staff" : "school", "cloud", "", self->told);
}

/* At the cloud: a box whose cable was pulled stops to acknowledge before its broker misses it. */
static gboolean on_watch(void *data)
{
	tell(data);
	return G_SOURCE_CONTINUE;
}

static void on_changed(void *data)
{
	brake_push(((Uplink *)data)->brake);
}

void uplink_changed(Uplink *self)
{
	brake_push(self->brake);
}

/* A broker throws out whoever is there when somebody comes under the same name: behind its origin a
 * box has a word that follows from its key, so that no other box guesses it. */
static char *line_name(const Uplink *self, const char *key)
{
	const char *origin = events_origin(self->events)->text;
	g_autofree char *pem = NULL;
	g_autofree char *word = NULL;

	if (!g_file_get_contents(key, &pem, NULL, NULL))
		return g_strdup(origin);
	word = g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)pem, strlen(pem), origin, -1);
	explicit_bzero(pem, strlen(pem));
	return g_strdup_printf("%s-%.16s", origin, word);
}

static SyncLink *make_line(Uplink *self)
{
	g_autofree char *ca = g_build_filename(self->folder, "ca.pem", NULL);
	g_autofree char *certificate = g_build_filename(self->folder, "cert.pem", NULL);
	g_autofree char *key = g_build_filename(self->folder, "key.pem", NULL);
	g_autofree char *name = line_name(self, key);
	const BrokerOptions broker = {
	        .host = self->link->host,
	        .port = self->link->port,
	        .client_id = name,
	        .ca_file = ca,
	        .cert_file = certificate,
	        .key_file = key,
	};
	const SyncLinkOptions options = {
	        .end = PEER_BOX,
	        .name = UPLINK_PEER,
	        .broker = &broker,
	        .on_changed = on_changed,
	        .data = self,
	};

	return sync_link_new(self->sync, &options);
}

void uplink_start(Uplink *self)
{
	g_autoptr(GError) error = NULL;

	g_clear_pointer(&self->unread, g_free);
	if (!self->folder)
		return;
	self->link = link_file_read(self->folder, &error);
	if (self->link) {
		uplink_read_life(self);
		self->line = make_line(self);
		travel_start(self->travel);
		uplink_tick(self);
		return;
	}
	if (error_is(error, ERROR_NOT_FOUND))
		return;
	self->unread = g_strdup(error->message);
	log_failure(LOG_ERROR, error, "The link to the cloud cannot be read");
}

void uplink_stop(Uplink *self)
{
	travel_stop(self->travel);
	if (self->renewal)
		uplink_ask_cancel(self->renewal);
	self->renewal = NULL;
	g_clear_pointer(&self->line, sync_link_free);
	g_clear_pointer(&self->link, link_file_free);
	g_clear_pointer(&self->unread, g_free);
	g_clear_pointer(&self->renewal_trouble, g_free);
	self->begins_ms = self->ends_ms = self->tried_ms = 0;
}

void uplink_restart(Uplink *self)
{
	uplink_stop(self);
	uplink_start(self);
	uplink_changed(self);
}

bool uplink_may_change(const Uplink *self, GError **error)
{
	return self->folder || error_reason(error, ERROR_CONFLICT, "at-the-school", NULL,
	                                    "This is decided in the school itself: open its own "
	                                    "address there");
}

bool uplink_ask_password(Uplink *self, Request *request, const char *password, Handler then,
                         GError **error)
{
	if (request_actor(request)->kind != ACTOR_PERSON)
		return then(self, request, error);
	if (!password)
		return error_reason(error, ERROR_INVALID, "missing-field", "password",
		                    "password is missing");
	return people_ask_password(self->options.people, request, password, then, self, error);
}

/* A certificate that has ended explains everything else. */
static void add_trouble(const Uplink *self, UplinkStatus *status)
{
	bool ended = self->ends_ms && events_now_ms(self->events) >= self->ends_ms;

	status->trouble = ended ? "The certificate of this box has ended: unlink the school and link it "
	                          "again"
	                        : status->peer.trouble;
	status->trouble_code = ended ? "certificate-ended" : status->peer.trouble_code;
	if (!status->trouble && self->renewal_trouble) {
		status->trouble = self->renewal_trouble;
		status->trouble_code = "not-renewed";
	}
}

UplinkStatus uplink_status(const Uplink *self)
{
	static const UplinkState STATES[] = {
	        [PEER_OFF] = UPLINK_WAITING, [PEER_GREETING] = UPLINK_WAITING,
	        [PEER_LIVE] = UPLINK_LIVE,   [PEER_HEALING] = UPLINK_HEALING,
	        [PEER_STOPPED] = UPLINK_STOPPED,
	};
	UplinkStatus status = {.state = self->linking ? UPLINK_LINKING : UPLINK_NONE};

	if (self->unread) {
		status.state = UPLINK_STOPPED;
		status.trouble = self->unread;
		status.trouble_code = "link-unreadable";
	}
	if (!self->line)
		return status;
	status.peer = sync_link_status(self->line);
	status.state = STATES[status.peer.state];
	status.bytes_sent = status.peer.bytes_sent + travel_sent(self->travel);
	status.bytes_taken = status.peer.bytes_taken + travel_taken(self->travel);
	status.pages = self->link->address;
	status.certificate_until_ms = self->ends_ms;
	add_trouble(self, &status);
	return status;
}

Uplink *uplink_new(const UplinkOptions *options)
{
	Uplink *self = g_new0(Uplink, 1);

	self->options = *options;
	self->store = options->store;
	self->events = options->events;
	self->jobs = options->jobs;
	self->sync = options->sync;
	self->folder = g_strdup(options->folder);
	self->brake = brake_new(TELL_MS, tell, self);
	self->asks = g_hash_table_new(NULL, NULL);
	self->opened_boot_ms = clock_boot_ms();
	if (!self->folder) {
		self->watch = g_timeout_add_seconds(WATCH_S, on_watch, self);
		sync_on_gone(self->sync, on_changed, self);
	}
	self->travel = travel_new(self);
	return self;
}

void uplink_free(Uplink *self)
{
	if (!self)
		return;
	linking_free(self->linking);
	unlinking_free(self->unlinking);
	uplink_stop(self);
	travel_free(self->travel);
	uplink_end_asks(self);
	g_hash_table_unref(self->asks);
	brake_free(self->brake);
	if (self->watch) {
		g_source_remove(self->watch);
		sync_on_gone(self->sync, NULL, NULL);
	}
	g_free(self->told);
	g_free(self->folder);
	g_free(self);
}
