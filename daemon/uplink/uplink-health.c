/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The line as an item of docs/health.md. A cut of minutes is nobody's work; one of an hour is. */
#include "uplink/uplink-private.h"

#include "base/log.h"

#define AWAY_MS   (3600 * 1000LL)
#define ENDING_MS (30LL * 24 * 3600 * 1000)

/* How long nothing was heard of the cloud, or nothing was taken there. */
static int64_t away_ms(const Uplink *self, const UplinkStatus *status)
{
	int64_t since_ms = status->peer.last_heard_ms ? status->peer.last_heard_ms : self->link->since_ms;

	return status->state == UPLINK_WAITING ? events_now_ms(self->events) - since_ms : 0;
}

static const char *judge(const Uplink *self, const UplinkStatus *status, size_t aside, HealthItem *item)
{
	int64_t left_ms = status->certificate_until_ms - events_now_ms(self->events);

	item->level = HEALTH_ALARM;
	if (status->state == UPLINK_STOPPED) {
		item->sentence = g_strdup_printf("The line to the cloud needs somebody: %s",
		                                 status->trouble ? status->trouble : "it has stopped");
		return "stopped";
	}
	if (status->certificate_until_ms && left_ms <= 0) {
		item->sentence = g_strdup("This server's certificate for the cloud has ended");
		return "ended";
	}
	item->level = HEALTH_WARNING;
	if (status->certificate_until_ms && left_ms < ENDING_MS) {
		item->sentence = g_strdup("This server's certificate for the cloud ends soon");
		return "ending";
	}
	if (away_ms(self, status) >= AWAY_MS) {
		item->sentence = g_strdup_printf("The cloud has not been reached for an hour: %s",
		                                 status->trouble ? status->trouble : "no answer");
		return "away";
	}
	if (aside) {
		item->sentence = g_strdup("Changes from the cloud could not be applied");
		return "quarantine";
	}
	item->level = HEALTH_OK;
	return status->state == UPLINK_LIVE      ? "live"
	       : status->state == UPLINK_HEALING ? "healing"
	                                         : "waiting";
}

void uplink_say(void *room, Health *health)
{
	const Uplink *self = room;
	UplinkStatus status = uplink_status(self);
	g_autoptr(json_t) aside = sync_list_quarantine(self->sync, NULL);
	HealthItem item = {.id = "cloud", .message_id = ALARM_CLOUD};

	if (!self->link && !self->unread)
		return;
	item.state = judge(self, &status, json_array_size(aside), &item);
	item.values = json_pack("{sI so sI so so}", "waiting", (json_int_t)status.peer.waiting,
	                        "waiting_since", json_time_or_null(status.peer.waiting_since_ms), "quarantine",
	                        (json_int_t)json_array_size(aside), "certificate_until",
	                        json_time_or_null(status.certificate_until_ms), "detail",
	                        json_text_or_null(status.trouble_code));
	health_say(health, &item);
}
