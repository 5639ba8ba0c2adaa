/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who tells whom: the school's name to the network, the rooms' state to health, health's changes to
 * administrators who have a page open. */
#include "app/appliance-private.h"
#include "base/brake.h"
#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOOK_EVERY_MS (5 * 60 * 1000)
/* Anybody in the network can make neighbours come and go: each time all who have the page open ask. */
#define NETWORK_MS    3000

/* --- What the rooms say --- */

static void say_database(void *room, Health *health)
{
	const Appliance *self = room;
	const char *damage = store_damage(self->store);
	const char *failure = upkeep_failure(self->upkeep);
	HealthItem item = {.id = "database", .state = upkeep_state(self->upkeep)};

	if (damage) {
		item.level = HEALTH_ALARM;
	} else if (failure) {
		item.level = HEALTH_WARNING;
		item.state = "uncheckable";
	}
	item.values = json_pack("{so}", "detail", json_text_or_null(damage ? damage : failure));
	health_say(health, &item);
}

static void say_clock(void *room, Health *health)
{
	static const char *const DOUBTS[] = {
	        [CLOCK_BELIEVED] = NULL,
	        [CLOCK_BEFORE_BUILD] = "before-build",
	        [CLOCK_STEPPED_BACK] = "stepped-back",
	        [CLOCK_LEAPT] = "leapt",
	};
	WallClock clock = events_clock(((Appliance *)room)->events);
	bool doubted = clock.doubt != CLOCK_BELIEVED;
	const HealthItem item = {
	        .id = "clock",
	        .level = doubted ? HEALTH_ALARM : HEALTH_OK,
	        .state = doubted ? "doubted" : "believed",
	        .values = json_pack("{so sb}", "doubt", json_text_or_null(DOUBTS[clock.doubt]),
	                            "synchronised", clock_is_synchronised()),
	};

	health_say(health, &item);
}

static void say_name(void *room, Health *health)
{
	static const struct {
		const char *state;
		HealthLevel level;
	} STATES[] = {
	        [ANNOUNCE_OFF] = {"off", HEALTH_OK},
	        [ANNOUNCE_ABSENT] = {"absent", HEALTH_WARNING},
	        [ANNOUNCE_STARTING] = {"starting", HEALTH_OK},
	        [ANNOUNCE_DONE] = {"announced", HEALTH_OK},
	        [ANNOUNCE_COLLISION] = {"collision", HEALTH_ALARM},
	        [ANNOUNCE_FAILED] = {"failed", HEALTH_WARNING},
	};
	const Announce *announce = ((Appliance *)room)->announce;
	AnnounceState state = announce_state(announce);
	const HealthItem item = {
	        .id = "network-name",
	        .level = STATES[state].level,
	        .state = STATES[state].state,
	        .values = json_pack("{so so so}", "name",
	                            json_text_or_null(announce_name(announce)), "host",
	                            json_text_or_null(announce_host(announce)), "detail",
	                            json_text_or_null(announce_detail(announce))),
	};

	health_say(health, &item);
}

/* --- What is told on --- */

static void on_health_changed(void *data)
{
	events_signal(((Appliance *)data)->events, "admins", "server", "", "{}");
}

static void ignore_look(void *data)
{
}

static void look(Appliance *self)
{
	self->looked_boot_ms = clock_boot_ms();
	health_look(self->health, ignore_look, self);
}

/* Whether a state or a neighbour: who has the page open reads it again. */
static void on_network_changed(void *data)
{
	on_health_changed(data);
	look(data);
}

static void on_announce_changed(void *data)
{
	Appliance *self = data;

	if (self->looked_boot_ms)
		brake_push(self->network_brake);
}

static void tell_network(Appliance *self)
{
	g_autofree char *name = school_dup_name(self->school);
	g_autofree char *id = school_dup_id(self->school);

	announce_set_school(self->announce, name, id);
}

static void on_school_committed(void *data, const GError *failure)
{
	Appliance *self = data;

	if (!failure && self->announce)
		tell_network(self);
}

static bool follow_school(void *room, const Event *event, GError **error)
{
	Appliance *self = room;

	store_after_commit(self->store, on_school_committed, self, NULL);
	return true;
}

static const char *const FOLLOWED[] = {"school.changed", NULL};
static const Follower FOLLOWER = {FOLLOWED, follow_school};

/* --- Beginning and end --- */

static Announce *make_announce(Appliance *self)
{
	const Config *config = self->config;
	g_autoptr(GUri) origin = g_uri_parse(config->origins[0], G_URI_FLAGS_NONE, NULL);
	bool secure = strcmp(g_uri_get_scheme(origin), "https") == 0;
	int port = g_uri_get_port(origin);
	const AnnounceOptions options = {
	        .off = !config->announce,
	        .public_name = config->public_name,
	        .scheme = secure ? "https" : "http",
	        .port = (guint16)(port > 0 ? port : secure ? 443 : 80),
	        .version = UROK_VERSION,
	        .on_changed = on_announce_changed,
	        .data = self,
	};

	return announce_new(&options);
}

static Health *make_health(Appliance *self)
{
	const Config *config = self->config;
	const char *plugins = g_getenv("GST_PLUGIN_SYSTEM_PATH_1_0");
	const HealthOptions options = {
	        .data_directory = config->data_directory,
	        .parts_directory = config->runtime_directory,
	        .media_directory = config->media_directory,
	        .power_directory = config->power_directory,
	        .disks_file = config->disks_report,
	        .certificate_file = config->certificate_report,
	        .plugins_directory = plugins ? plugins : GST_PLUGINS_DIRECTORY,
	        .units = config->launcher_is_units,
	        .on_changed = on_health_changed,
	        .data = self,
	};
	Health *health = health_new(&options);

	health_add_source(health, say_database, self);
	health_add_source(health, say_clock, self);
	health_add_source(health, say_name, self);
	health_add_source(health, backups_say, self->backups);
	health_add_source(health, space_say, self->space);
	health_add_source(health, uplink_say, self->uplink);
	return health;
}

Appliance *appliance_new(const ApplianceOptions *options)
{
	Appliance *self = g_new0(Appliance, 1);

	self->config = options->config;
	self->store = options->store;
	self->events = options->events;
	self->http = options->http;
	self->school = options->school;
	self->broadcasts = options->broadcasts;
	self->upkeep = options->upkeep;
	self->mail = options->mail;
	self->backups = options->backups;
	self->space = options->space;
	self->uplink = options->uplink;
	self->askers = g_ptr_array_new_with_free_func(asker_free);
	self->started_ms = clock_wall_ms();
	self->started_boot_ms = clock_boot_ms();
	events_add_follower(self->events, &FOLLOWER, self);
	return self;
}

void appliance_start(Appliance *self)
{
	self->network_brake = brake_new(NETWORK_MS, on_network_changed, self);
	self->announce = make_announce(self);
	tell_network(self);
	self->health = make_health(self);
	look(self);
}

void appliance_free(Appliance *self)
{
	if (!self)
		return;
	health_free(self->health);
	announce_free(self->announce);
	brake_free(self->network_brake);
	g_ptr_array_unref(self->askers);
	g_free(self);
}

void appliance_tick(Appliance *self)
{
	if (clock_boot_ms() - self->looked_boot_ms < LOOK_EVERY_MS)
		return;
	look(self);
}

uint64_t appliance_memory(void)
{
	g_autofree char *text = NULL;
	unsigned long pages = 0;

	if (!g_file_get_contents("/proc/self/statm", &text, NULL, NULL) ||
	    sscanf(text, "%*u %lu", &pages) != 1)
		return 0;
	return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
