/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a new configuration changes, and who is told. */
#include "app/reload.h"

#include "base/log.h"

#include <string.h>
#include <systemd/sd-daemon.h>

struct Reload {
	const Config *running; /* with which the daemon started */
	Config *taken;         /* the last one that was taken; NULL: none since the start */
	ReloadFollow follow;
	void *house;
};

Reload *reload_new(const Config *running, ReloadFollow follow, void *house)
{
	Reload *self = g_new0(Reload, 1);

	self->running = running;
	self->follow = follow;
	self->house = house;
	return self;
}

void reload_free(Reload *self)
{
	if (!self)
		return;
	config_free(self->taken);
	g_free(self);
}

static json_t *texts_json(char *const *texts)
{
	json_t *list = json_array();

	for (; *texts; texts++)
		json_array_append_new(list, json_string(*texts));
	return list;
}

/* Systemd takes the two words of a reload together with its clock (sd_notify(3)). */
static void notify_begin(void)
{
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
}

static json_t *refuse(const GError *error)
{
	g_auto(GStrv) problems = g_strsplit(error->message, "\n", -1);
	guint more = g_strv_length(problems) - 1;

	log_alarm(ALARM_CONFIGURATION_WRONG,
	          "The new configuration is refused, the old one goes on: %s%s", problems[0],
	          more ? " (and more, below)" : "");
	for (guint i = 1; problems[i]; i++)
		log_write(LOG_ERROR, "%s", problems[i]);
	sd_notifyf(0, "READY=1\nSTATUS=The new configuration is refused, the old one goes on: %s",
	           problems[0]);
	return json_pack("{sb so s[] s[]}", "ok", 0, "problems", texts_json(problems), "changed",
	                 "restart");
}

static char *join(GPtrArray *keys)
{
	g_ptr_array_add(keys, NULL);
	return g_strjoinv(", ", (char **)keys->pdata);
}

static json_t *take(Reload *self, Config *config)
{
	g_autoptr(GPtrArray) changed =
	        config_changes(self->taken ? self->taken : self->running, config, true);
	g_autoptr(GPtrArray) restart = config_changes(self->running, config, false);
	g_autofree char *changed_text = join(changed);
	g_autofree char *restart_text = join(restart);

	self->follow(self->house, config);
	config_free(self->taken);
	self->taken = config;
	log_write(LOG_NOTICE, "The configuration was read again; changed: %s",
	          *changed_text ? changed_text : "nothing");
	if (*restart_text)
		log_write(LOG_WARNING, "After a restart of urokd it takes effect: %s", restart_text);
	sd_notifyf(0, "READY=1\nSTATUS=%s%s", *restart_text ? "A restart is needed for " : "Serving",
	           restart_text);
	return json_pack("{sb s[] so so}", "ok", 1, "problems", "changed",
	                 texts_json((char **)changed->pdata), "restart",
	                 texts_json((char **)restart->pdata));
}

json_t *reload_now(Reload *self)
{
	g_autoptr(GError) error = NULL;
	Config *config;

	notify_begin();
	config = config_load(self->running->path, &error);
	return config ? take(self, config) : refuse(error);
}

static bool post_reload(void *room, Request *request, GError **error)
{
	Reload *self = room;

	if (!self->running->path)
		return error_set(error, ERROR_CONFLICT, "This urokd was started without a file");
	request_reply_object(request, 200, reload_now(self));
	return true;
}

const Route RELOAD_ROUTES[] = {
        {POST, "/api/v1/console/reload", "console", 64, post_reload, ROUTE_READS},
        {0},
};
