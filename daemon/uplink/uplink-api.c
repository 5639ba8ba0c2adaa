/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the line stands: all of it to administrators, the words in the frame to everybody. */
#include "uplink/uplink-private.h"

#include "base/clock.h"

#define AWAY_MS 10000 /* what is written at the cloud is acknowledged sooner by a box that is there */

/* The earlier sign, of those that there are. */
static int64_t away_since_ms(const PeerStatus *box)
{
	if (!box->gone_since_ms || !box->waiting_since_ms)
		return MAX(box->gone_since_ms, box->waiting_since_ms);
	return MIN(box->gone_since_ms, box->waiting_since_ms);
}

/* At the cloud: who is at home hears that the school's server is away, as its last will says, or as
 * it acknowledges nothing. A house that was just opened has not heard its box yet. */
static json_t *line_from_cloud(const Uplink *self)
{
	PeerStatus box = {PEER_OFF};
	bool linked = sync_authority_status(self->sync, &box);
	bool speaks = box.state == PEER_LIVE;
	int64_t for_ms = speaks ? events_now_ms(self->events) - box.waiting_since_ms
	                        : clock_boot_ms() - self->opened_boot_ms;
	bool away = linked && (box.gone_since_ms || ((!speaks || box.waiting) && for_ms >= AWAY_MS));

	return json_pack("{ss sb sb sI so so}", "at", "cloud", "linked", (int)linked, "live",
	                 (int)(linked && !away), "waiting", (json_int_t)box.waiting, "waiting_since",
	                 json_time_or_null(away ? box.waiting_since_ms : 0), "away_since",
	                 json_time_or_null(away ? away_since_ms(&box) : 0));
}

json_t *uplink_line(const Uplink *self)
{
	UplinkStatus status;

	if (!self->folder)
		return line_from_cloud(self);
	status = uplink_status(self);
	return json_pack("{ss sb sb sI so sn}", "at", "school", "linked", self->link || self->unread, "live",
	                 status.state == UPLINK_LIVE, "waiting", (json_int_t)status.peer.waiting,
	                 "waiting_since", json_time_or_null(status.peer.waiting_since_ms), "away_since");
}

static bool get_line(void *room, Request *request, GError **error)
{
	request_reply_object(request, 200, uplink_line(room));
	return true;
}

static json_t *trouble_json(const UplinkStatus *status)
{
	if (!status->trouble)
		return json_null();
	return json_pack("{ss ss}", "code", status->trouble_code, "text", status->trouble);
}

static int64_t lag_ms(const Uplink *self, const UplinkStatus *status)
{
	int64_t since_ms = status->peer.waiting_since_ms;

	return since_ms ? MAX(events_now_ms(self->events) - since_ms, 0) : 0;
}

static bool count_held(const Uplink *self, size_t *ret_held, GError **error)
{
	g_autoptr(json_t) choices = sync_list_choices(self->sync, error);
	size_t index;
	json_t *choice;

	*ret_held = 0;
	json_array_foreach(choices, index, choice)
		*ret_held += !json_is_true(json_object_get(choice, "allowed"));
	return choices != NULL;
}

bool uplink_reply(Uplink *self, Request *request, GError **error)
{
	static const char *const STATES[] = {
	        [UPLINK_NONE] = "none",       [UPLINK_LINKING] = "linking", [UPLINK_WAITING] = "waiting", [UPLINK_LIVE] = "live",
	        [UPLINK_HEALING] = "healing", [UPLINK_STOPPED] = "stopped",
	};
	const LinkFile *link = self->link;
	UplinkStatus status = uplink_status(self);
	g_autoptr(json_t) aside = sync_list_quarantine(self->sync, error);
	g_autoptr(json_t) conflicts = aside ? sync_list_conflicts(self->sync, &self->options.names, error)
	                                    : NULL;
	size_t held;

	if (!conflicts || !count_held(self, &held, error))
		return false;
	request_reply_object(
	        request, 200,
	        json_pack("{ss ss so so so so sI so so sI so sI sI sI sI sI so so}", "state", STATES[status.state],
	                  "box", events_origin(self->events)->text, "address", json_text_or_null(link ? link->cloud : NULL), "pages",
	                  json_text_or_null(status.pages), "school_name",
	                  json_text_or_null(link ? link->name : NULL), "since",
	                  json_time_or_null(link ? link->since_ms : 0), "waiting",
	                  (json_int_t)status.peer.waiting, "waiting_since",
	                  json_time_or_null(status.peer.waiting_since_ms), "last_heard",
	                  json_time_or_null(status.peer.last_heard_ms), "lag_ms",
	                  (json_int_t)lag_ms(self, &status), "trouble", trouble_json(&status),
	                  "sent_bytes", (json_int_t)status.bytes_sent, "taken_bytes",
	                  (json_int_t)status.bytes_taken, "held", (json_int_t)held, "quarantine",
	                  (json_int_t)json_array_size(aside), "conflicts",
	                  (json_int_t)json_array_size(conflicts), "certificate_until",
	                  json_time_or_null(status.certificate_until_ms), "files", travel_to_json(self->travel)));
	return true;
}

static bool get_cloud(void *room, Request *request, GError **error)
{
	return uplink_reply(room, request, error);
}

const Route UPLINK_ROUTES[] = {
        {GET, "/api/v1/cloud", "administrator", 0, get_cloud, ROUTE_ALSO_CONSOLE},
        {GET, "/api/v1/cloud/line", "signed-in", 0, get_line},
        {GET, "/api/v1/cloud/choices", "administrator", 0, get_choices, ROUTE_ALSO_CONSOLE},
        {PUT, "/api/v1/cloud/choices/:choice", "administrator", 4096, put_choice, ROUTE_ALSO_CONSOLE},
        {GET, "/api/v1/cloud/quarantine", "administrator", 0, get_quarantine, ROUTE_ALSO_CONSOLE},
        {POST, "/api/v1/cloud/quarantine/:event/retries", "administrator", 64, post_retry,
         ROUTE_ALSO_CONSOLE},
        {DELETE, "/api/v1/cloud/quarantine/:event", "administrator", 0, delete_quarantined,
         ROUTE_ALSO_CONSOLE},
        {GET, "/api/v1/cloud/conflicts", "administrator", 0, get_conflicts},
        {PUT, "/api/v1/cloud/link", "administrator", 32768, put_link, ROUTE_READS | ROUTE_ALSO_CONSOLE},
        {DELETE, "/api/v1/cloud/link", "administrator", 1024, delete_link, ROUTE_READS | ROUTE_ALSO_CONSOLE},
        {0},
};
