/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urok-tls says of the certificate in use: {"kind": "…", "not_after": "…", …}. */
#include "health/health-private.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <string.h>

#define STATE_BYTES_MAX (64 * 1024)
#define KIND_MAX        32
#define ENDING_MS       (20LL * 24 * 3600 * 1000)

static const char *judge(int64_t ends_ms, int64_t now_ms, HealthItem *item)
{
	int64_t days = (ends_ms - now_ms) / (24 * 3600 * 1000);

	if (!ends_ms) {
		item->level = HEALTH_WARNING;
		item->sentence = g_strdup("It cannot be told when the certificate ends");
		return "unreadable";
	}
	if (ends_ms <= now_ms) {
		item->level = HEALTH_ALARM;
		item->sentence = g_strdup("The certificate has ended: browsers warn of the school's pages");
		return "ended";
	}
	if (ends_ms - now_ms > ENDING_MS)
		return "fine";
	item->level = HEALTH_WARNING;
	item->sentence = g_strdup_printf("The certificate ends in %d days", (int)days);
	return "ending";
}

void certificate_say(Health *health, const char *path, int64_t now_ms)
{
	g_autofree char *text = health_read_file(path, STATE_BYTES_MAX);
	g_autoptr(json_t) state = text ? json_parse(text, strlen(text), NULL) : NULL;
	const char *ends = json_string_value(json_object_get(state, "not_after"));
	const char *kind = json_string_value(json_object_get(state, "kind"));
	g_autoptr(GDateTime) time = ends ? g_date_time_new_from_iso8601(ends, NULL) : NULL;
	g_autofree char *shown = kind && text_is_one_line(kind) ? text_shorten(kind, KIND_MAX) : NULL;
	int64_t ends_ms = time ? g_date_time_to_unix(time) * 1000 : 0;
	HealthItem item = {.id = "certificate", .message_id = ALARM_CERTIFICATE};
	char end[TIME_TEXT_SIZE] = "";

	item.state = judge(ends_ms, now_ms, &item);
	if (ends_ms)
		clock_format(ends_ms, end);
	item.values = json_pack("{so so}", "kind", json_text_or_null(shown), "ends_at",
	                        json_text_or_null(*end ? end : NULL));
	health_say(health, &item);
}
