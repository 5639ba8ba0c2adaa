/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What disks say of themselves: {"looked_at": "…", "disks": [what smartctl -H -i -j printed, …]} as
 * urok-health.service leaves it. */
#include "health/health-private.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <string.h>

#define REPORT_BYTES_MAX (256 * 1024)
#define DISKS_MAX        64
#define WORD_MAX         64
#define STALE_MS         (2LL * 24 * 3600 * 1000)

typedef struct {
	json_t *disks;    /* the list that is told */
	GString *failing; /* their names */
	int64_t looked_ms;
} Report;

static char *word_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (!text || !g_utf8_validate(text, -1, NULL) || !text_is_one_line(text))
		return NULL;
	return text_shorten(text, WORD_MAX);
}

/* "silent": a disk behind a controller or in a stick that does not say. */
static const char *verdict_of(const json_t *disk)
{
	const json_t *passed =
	        json_object_get(json_object_get(disk, "smart_status"), "passed");

	if (!json_is_boolean(passed))
		return "silent";
	return json_is_true(passed) ? "passed" : "failing";
}

static void read_disk(Report *report, const json_t *disk)
{
	g_autofree char *name = word_of(json_object_get(disk, "device"), "name");
	g_autofree char *model = word_of(disk, "model_name");
	const char *verdict = verdict_of(disk);

	if (!name)
		return;
	json_array_append_new(report->disks, json_pack("{ss so ss}", "name", name, "model",
	                                               json_text_or_null(model), "verdict", verdict));
	if (strcmp(verdict, "failing") == 0)
		g_string_append_printf(report->failing, "%s%s", report->failing->len ? ", " : "", name);
}

static bool read_report(Report *report, const char *text)
{
	g_autoptr(json_t) root = json_parse(text, strlen(text), NULL);
	const json_t *list = json_object_get(root, "disks");
	const char *looked = json_string_value(json_object_get(root, "looked_at"));
	g_autoptr(GDateTime) time = looked ? g_date_time_new_from_iso8601(looked, NULL) : NULL;

	if (!json_is_array(list) || !time)
		return false;
	report->looked_ms = g_date_time_to_unix(time) * 1000;
	for (size_t i = 0; i < MIN(json_array_size(list), DISKS_MAX); i++)
		read_disk(report, json_array_get(list, i));
	return true;
}

static const char *judge(const Report *report, bool readable, int64_t now_ms, HealthItem *item)
{
	if (!readable) {
		item->level = HEALTH_WARNING;
		item->sentence = g_strdup("What the disks say of themselves cannot be read");
		return "unreadable";
	}
	if (report->failing->len) {
		item->level = HEALTH_ALARM;
		item->sentence = g_strdup_printf("A disk says that it will fail: %s", report->failing->str);
		return "failing";
	}
	if (report->looked_ms + STALE_MS < now_ms) {
		item->level = HEALTH_WARNING;
		item->sentence = g_strdup("The disks have not been looked at for two days");
		return "unreadable";
	}
	for (size_t i = 0; i < json_array_size(report->disks); i++)
		if (strcmp(json_string_value(json_object_get(json_array_get(report->disks, i),
		                                             "verdict")),
		           "silent") != 0)
			return "fine";
	return "unwatched";
}

void disks_say(Health *health, const char *path, int64_t now_ms)
{
	g_autofree char *text = health_read_file(path, REPORT_BYTES_MAX);
	g_autoptr(GString) failing = g_string_new(NULL);
	Report report = {.disks = json_array(), .failing = failing};
	HealthItem item = {.id = "disks", .state = "unwatched", .message_id = ALARM_DISK_FAILS};
	char looked[TIME_TEXT_SIZE] = "";

	if (g_file_test(path, G_FILE_TEST_EXISTS))
		item.state = judge(&report, text && read_report(&report, text), now_ms, &item);
	if (report.looked_ms)
		clock_format(report.looked_ms, looked);
	item.values = json_pack("{so so}", "disks", report.disks, "looked_at",
	                        json_text_or_null(*looked ? looked : NULL));
	health_say(health, &item);
}
