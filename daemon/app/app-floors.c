/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lowest floors of the house: folders, the store, workers, HTTP, the log. */
#include "app/app-private.h"
#include "app/schema.h"

#include <errno.h>

static bool make_directory(const char *path, mode_t mode, GError **error)
{
	if (g_mkdir_with_parents(path, mode) == 0)
		return true;
	return error_set(error, ERROR_INTERNAL, "Cannot make the directory %s: %s", path,
	                 g_strerror(errno));
}

static bool open_store(App *self, GError **error)
{
	g_autofree char *path = g_build_filename(self->config->data_directory, "urok.db", NULL);

	self->store = self->is_view ? schema_open_view(path, self->config->cache_kib, error)
	                            : schema_open(path, self->config->cache_kib, error);
	return self->store != NULL;
}

static bool open_media(App *self, GError **error)
{
	const Config *config = self->config;
	const LauncherChildrenOptions children = {
	        .program = config->broadcast_worker,
	        .folder = self->broadcast_folder,
	        .pipelines = config->pipelines_directory,
	        .arguments = (const char *const *)config->worker_arguments,
	        .lives_on = true,
	};
	const MediaOptions options = {
	        .launcher = config->launcher_is_units ? launcher_units_new()
	                                              : launcher_children_new(&children),
	        .folder = self->broadcast_folder,
	        .networks = (const char *const *)config->camera_networks,
	};

	self->media = media_new(&options, error);
	return self->media != NULL;
}

MailOptions app_mail_options(const Config *config)
{
	return (MailOptions){
	        .server = config->mail_server,
	        .port = config->mail_port,
	        .tls_at_once = config->mail_tls_at_once,
	        .from = config->mail_from,
	        .login = config->mail_login,
	        .password_file = config->mail_password_file,
	        .authority_file = config->mail_authority_file,
	        .retry_s = config->mail_retry_s,
	};
}

/* Whose they are is not said: pages look again at those that were not there. */
static void on_pictures_came(void *house)
{
	events_signal(((App *)house)->events, "school", "pictures", "", "{}");
}

static bool open_jobs(App *self, GError **error)
{
	const Config *config = self->config;
	const char *papers = config->jobs_are_units ? config->papers_socket : config->papers_worker;
	const char *errands = config->jobs_are_units ? config->errands_socket : config->errands_worker;
	const JobsOptions jobs = {
	        .units = config->jobs_are_units,
	        .places = {[DESK_PAPERS] = papers, [DESK_LETTERS] = errands,
	                   [DESK_QUESTIONS] = errands, [DESK_FILES] = errands},
	};
	MailOptions mail = app_mail_options(config);

	self->jobs = jobs_new(&jobs);
	mail.jobs = self->jobs;
	mail.store = self->store;
	self->mail = mail_new(&mail);
	self->documents = documents_new(self->jobs);
	self->files = files_new(config->files_directory, error);
	if (!self->files)
		return false;
	self->pictures = pictures_new(self->store, self->jobs, self->files);
	pictures_set_on_came(self->pictures, on_pictures_came, self);
	return true;
}

bool app_open_floors(App *self, GError **error)
{
	const Config *config = self->config;
	HttpOptions http = {.origins = config->origins, .cookie_name = config->cookie_name,
	                    .spool_directory = config->files_directory};
	EventsOptions events = {
	        .data_directory = config->data_directory,
	        .synchronisation_confirms = config->synchronisation_confirms,
	};

	if (!make_directory(config->data_directory, 0700, error) ||
	    !make_directory(self->broadcast_folder, 0755, error) || !open_store(self, error) ||
	    !open_media(self, error) || !open_jobs(self, error))
		return false;
	http.store = self->store;
	events.store = self->store;
	self->http = http_new(&http);
	self->events = events_new(&events);
	self->sync = sync_new(&(SyncOptions){self->store, self->events, !self->is_view});
	http_set_now(self->http, events_now_for, self->events);
	http_set_door(self->http, sync_check_joined, self->sync);
	mail_set_now(self->mail, events_now_for, self->events);
	return true;
}
