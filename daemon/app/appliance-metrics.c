/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is counted, as OpenMetrics 1.0 text. Numbers of things, never their names. */
#include "app/appliance-private.h"

typedef struct {
	const char *name;
	const char *type; /* "gauge", "counter" (its samples end in _total), "info" */
	const char *unit; /* the name's last part, or NULL */
	const char *help;
} Family;

static void begin(GString *text, const Family *family)
{
	g_string_append_printf(text, "# TYPE %s %s\n", family->name, family->type);
	if (family->unit)
		g_string_append_printf(text, "# UNIT %s %s\n", family->name, family->unit);
	g_string_append_printf(text, "# HELP %s %s\n", family->name, family->help);
}

static void add_gauge(GString *text, const char *name, const char *unit, const char *help,
                      uint64_t value)
{
	begin(text, &(Family){name, "gauge", unit, help});
	g_string_append_printf(text, "%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void add_counter(GString *text, const char *name, const char *help, uint64_t value)
{
	begin(text, &(Family){name, "counter", NULL, help});
	g_string_append_printf(text, "%s_total %" G_GUINT64_FORMAT "\n", name, value);
}

static void add_replies(const Appliance *self, GString *text)
{
	begin(text, &(Family){"urok_http_replies", "counter", NULL,
	                      "Answers by the class of their status."});
	for (unsigned class = 2; class <= 5; class ++)
		g_string_append_printf(text,
		                       "urok_http_replies_total{status=\"%uxx\"} %" G_GUINT64_FORMAT "\n",
		                       class, http_replies(self->http, class));
}

static void add_disks(const Appliance *self, GString *text)
{
	const struct {
		const char *label;
		const char *path;
	} disks[] = {
	        {"data", self->config->data_directory},
	        {"parts", self->config->runtime_directory},
	        {"media", self->config->media_directory},
	};
	HealthDisk found[G_N_ELEMENTS(disks)];
	bool known[G_N_ELEMENTS(disks)];

	for (guint i = 0; i < G_N_ELEMENTS(disks); i++)
		known[i] = health_disk(disks[i].path, &found[i]);
	begin(text, &(Family){"urok_disk_free_bytes", "gauge", "bytes", "What may still be written."});
	for (guint i = 0; i < G_N_ELEMENTS(disks); i++)
		if (known[i])
			g_string_append_printf(text,
			                       "urok_disk_free_bytes{disk=\"%s\"} %" G_GUINT64_FORMAT "\n",
			                       disks[i].label, found[i].free_bytes);
	begin(text, &(Family){"urok_disk_size_bytes", "gauge", "bytes", "What the disk holds in all."});
	for (guint i = 0; i < G_N_ELEMENTS(disks); i++)
		if (known[i])
			g_string_append_printf(text,
			                       "urok_disk_size_bytes{disk=\"%s\"} %" G_GUINT64_FORMAT "\n",
			                       disks[i].label, found[i].total_bytes);
}

static void add_health(const Appliance *self, GString *text)
{
	begin(text, &(Family){"urok_health_level", "gauge", NULL,
	                      "0 is well, 1 a warning, 2 an alarm: as it was looked at last."});
	for (unsigned i = 0; i < health_count(self->health); i++) {
		const HealthItem *item = health_item(self->health, i);

		g_string_append_printf(text, "urok_health_level{item=\"%s\"} %d\n", item->id,
		                       (int)item->level);
	}
}

static void add_store(const Appliance *self, GString *text)
{
	StoreCounts counts = store_counts(self->store);

	add_counter(text, "urok_store_commits", "Turns that were written.", counts.commits);
	add_counter(text, "urok_store_failures", "Turns that were lost.", counts.failures);
	add_counter(text, "urok_store_checkpoints", "Times that the log was moved into the database.",
	            counts.checkpoints);
	add_gauge(text, "urok_store_wal_bytes", "bytes", "Size of the write-ahead log.",
	          (uint64_t)store_wal_bytes(self->store));
}

static void add_letters(const Appliance *self, GString *text)
{
	MailState mail = mail_state(self->mail);

	begin(text, &(Family){"urok_letters", "gauge", NULL, "Letters that the mail server has not taken."});
	g_string_append_printf(text, "urok_letters{state=\"waiting\"} %u\n", mail.waiting);
	g_string_append_printf(text, "urok_letters{state=\"undelivered\"} %u\n", mail.undelivered);
}

/* A box that is linked to nothing has no such families. */
static void add_cloud(const Appliance *self, GString *text)
{
	UplinkStatus status = uplink_status(self->uplink);

	if (!status.pages)
		return;
	add_gauge(text, "urok_cloud_live", NULL, "1: the line to the cloud is there.",
	          status.state == UPLINK_LIVE);
	add_gauge(text, "urok_cloud_waiting", NULL, "Changes that the cloud has not acknowledged.",
	          (uint64_t)status.peer.waiting);
	add_counter(text, "urok_cloud_sent_bytes", "What was sent to the cloud.", status.bytes_sent);
	add_counter(text, "urok_cloud_taken_bytes", "What came from the cloud.", status.bytes_taken);
}

GString *appliance_metrics(const Appliance *self)
{
	GString *text = g_string_new(NULL);
	BroadcastsNow now = broadcasts_now(self->broadcasts);

	begin(text, &(Family){"urok_build", "info", NULL, "The program."});
	g_string_append_printf(text, "urok_build_info{version=\"%s\"} 1\n", UROK_VERSION);
	add_gauge(text, "urok_uptime_seconds", "seconds", "Since the daemon started.",
	          (uint64_t)(clock_boot_ms() - self->started_boot_ms) / 1000);
	add_gauge(text, "urok_memory_resident_bytes", "bytes", "Resident memory of the daemon.",
	          appliance_memory());
	add_gauge(text, "urok_people_online", NULL, "People who have a page open.",
	          events_people(self->events));
	add_gauge(text, "urok_live_streams", NULL, "Open streams of what is new.",
	          events_streams(self->events));
	add_gauge(text, "urok_broadcasts_live", NULL, "Broadcasts that run.", now.live);
	add_gauge(text, "urok_broadcast_viewers", NULL, "Sessions that watch one.", now.viewers);
	add_counter(text, "urok_events", "Events in the log.",
	            (uint64_t)events_last_seq(self->events));
	add_replies(self, text);
	add_store(self, text);
	add_disks(self, text);
	add_health(self, text);
	add_letters(self, text);
	add_cloud(self, text);
	g_string_append(text, "# EOF\n");
	return text;
}
