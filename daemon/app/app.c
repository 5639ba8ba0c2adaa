/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The house's life: built, begun, asked for an entry, left, taken down. */
#include "app/app-private.h"
#include "app/sockets.h"

#include <errno.h>
#include <fcntl.h>

#define ENTRY_S 3600 /* that a link from one's own box into the cloud works */

struct App {
	const Config *config;
	bool is_view; /* urok-cloud's */
	char *broadcast_folder;
	Store *store;
	Http *http;
	Events *events;
	Sync *sync;
	Uplink *uplink;
	Carry *carry;
	BoxDirectory directory;
	School *school;
	People *people;
	Consents *consents;
	Privacy *privacy;
	Classes *classes;
	Enrolment *enrolment;
	Schools *schools;
	Onward *onward;
	Jobs *jobs;
	Files *files;
	Pictures *pictures;
	Mail *mail;
	Documents *documents;
	Memos *memos;
	TestMail test_mail;
	Media *media;
	Broadcasts *broadcasts;
	Chats *chats;
	Upkeep *upkeep;
	Appliance *appliance;
	Space *space;
	Console console;
	Setup setup;
	Certificate certificate;
	Backups *backups;
	Demo *demo;
	Reload *reload;
};

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

static MailOptions mail_options(const Config *config)
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

static bool open_jobs(App *self, GError **error)
{
	const Config *config = self->config;
	const JobsOptions jobs = {
	        .units = config->jobs_are_units,
	        .places = {[DESK_PAPERS] = config->jobs_are_units ? config->papers_socket
	                                                          : config->papers_worker,
	                   [DESK_ERRANDS] = config->jobs_are_units ? config->errands_socket
	                                                           : config->errands_worker},
	};
	MailOptions mail = mail_options(config);

	self->jobs = jobs_new(&jobs);
	mail.jobs = self->jobs;
	mail.store = self->store;
	self->mail = mail_new(&mail);
	self->documents = documents_new(self->jobs);
	self->files = files_new(config->files_directory, error);
	if (!self->files)
		return false;
	self->pictures = pictures_new(self->store, self->jobs, self->files);
	return true;
}

static char *dup_school_name(void *school)
{
	return school_dup_name(school);
}

static char *dup_time_zone(void *school)
{
	return school_dup_time_zone(school);
}

static void build_people(App *self)
{
	const SchoolOptions school = {
	        .store = self->store,
	        .events = self->events,
	        .http = self->http,
	        .data_directory = self->config->data_directory,
	        .name = self->config->school_name,
	        .pictures = self->pictures,
	};
	const PeopleOptions people = {
	        .store = self->store,
	        .events = self->events,
	        .http = self->http,
	        .shared_idle_s = self->config->shared_idle_s,
	        .own_device_s = self->config->own_device_s,
	        .origin = self->config->origins[0],
	        .pictures = self->pictures,
	};
	ConsentsOptions consents;
	PrivacyOptions privacy;
	ClassesOptions classes;

	self->school = school_new(&school);
	self->people = people_new(&people);
	people_set_school_name(self->people, dup_school_name, self->school);
	consents = (ConsentsOptions){self->store, self->events, self->http, self->people,
	                             self->school, self->documents};
	self->consents = consents_new(&consents);
	mail_set_school_name(self->mail, dup_school_name, self->school);
	documents_set_school_name(self->documents, dup_school_name, self->school);
	people_set_time_zone(self->people, dup_time_zone, self->school);
	self->memos = memos_new(self->documents, self->school, self->config->origins[0]);
	privacy = (PrivacyOptions){self->store, self->events, self->people,
	                           self->config->data_directory};
	self->privacy = privacy_new(&privacy);
	classes = (ClassesOptions){self->store, self->events, self->http, self->people};
	self->classes = classes_new(&classes);
}

static void build_enrolment(App *self)
{
	const EnrolmentOptions enrolment = {
	        .store = self->store,
	        .events = self->events,
	        .http = self->http,
	        .school = self->school,
	        .people = self->people,
	        .classes = self->classes,
	        .consents = self->consents,
	        .documents = self->documents,
	        .mail = self->mail,
	        .dup_fingerprint = certificate_dup_reported,
	        .certificate = &self->certificate,
	        .origin = self->config->origins[0],
	};

	self->enrolment = enrolment_new(&enrolment);
}

static void build_schools(App *self, const AppView *view)
{
	const SchoolsOptions schools = {
	        .store = self->store,
	        .events = self->events,
	        .school = self->school,
	        .people = self->people,
	        .classes = self->classes,
	        .is_box = !view,
	};

	self->schools = schools_new(&schools);
	if (view && view->directory)
		schools_set_directory(self->schools, view->directory, view->directory_room);
}

static void build_life(App *self)
{
	const ChatsOptions chats = {self->store,   self->events,
	                            self->http,    self->people,
	                            self->classes, (unsigned)self->config->messages_a_minute};
	const BroadcastsOptions broadcasts = {
	        .store = self->store,
	        .events = self->events,
	        .http = self->http,
	        .people = self->people,
	        .classes = self->classes,
	        .media = self->media,
	        .runtime_directory = self->config->runtime_directory,
	};

	self->chats = chats_new(&chats);
	privacy_set_keeping(self->privacy, &CHATS_KEEPING, self->chats);
	self->broadcasts = broadcasts_new(&broadcasts);
}

static bool drop_link(void *house, GError **error)
{
	return uplink_drop(((App *)house)->uplink, error);
}

static void build_carry(App *self)
{
	const CarryOptions carry = {self->store,    self->events, self->sync, self->school, self->files,
	                            self->pictures, drop_link,    self};

	if (self->is_view)
		return; /* no stick gets there */
	self->carry = carry_new(&carry);
	http_add_routes(self->http, CARRY_ROUTES, self->carry);
}

static bool refuse_at_cloud(void *room, Request *request, GError **error)
{
	return error_reason(error, ERROR_CONFLICT, "at-the-school", NULL,
	                    "Cameras and broadcasts are in the school itself: open its own address "
	                    "there");
}

/* Outside of the school they are looked at, as far as the school tells of them. */
static void add_broadcasts_routes(App *self)
{
	g_autoptr(GArray) routes = g_array_new(TRUE, FALSE, sizeof(Route));

	for (const Route *at = BROADCASTS_ROUTES; at->path; at++) {
		Route route = *at;

		if (self->is_view && route.method != GET)
			route.handler = refuse_at_cloud;
		g_array_append_val(routes, route);
	}
	http_add_routes(self->http, (const Route *)(const void *)routes->data, self->broadcasts);
}

static void add_routes(App *self)
{
	self->console = (Console){self->store,  self->events, self->http,   self->school,
	                          self->people, self->upkeep, clock_boot_ms()};
	self->test_mail = (TestMail){self->mail, self->school};
	http_add_routes(self->http, TEST_MAIL_ROUTES, &self->test_mail);
	http_add_routes(self->http, EVENTS_ROUTES, self->events);
	http_add_routes(self->http, SCHOOL_ROUTES, self->school);
	http_add_routes(self->http, PEOPLE_ROUTES, self->people);
	http_add_routes(self->http, CONSENTS_ROUTES, self->consents);
	http_add_routes(self->http, ACCOUNTS_ROUTES, self->people);
	http_add_routes(self->http, PRIVACY_ROUTES, self->privacy);
	http_add_routes(self->http, RETENTION_ROUTES, self->privacy);
	http_add_routes(self->http, CHATS_KEPT_ROUTES, self->chats);
	http_add_routes(self->http, CLASSES_ROUTES, self->classes);
	http_add_routes(self->http, ENROLMENT_ROUTES, self->enrolment);
	http_add_routes(self->http, SCHOOLS_ROUTES, self->schools);
	add_broadcasts_routes(self);
	http_add_routes(self->http, CHATS_ROUTES, self->chats);
	http_add_routes(self->http, CHATS_MADE_ROUTES, self->chats);
	http_add_routes(self->http, MAIL_ROUTES, self->mail);
	http_add_routes(self->http, COMPLAINTS_ROUTES, self->chats);
	http_add_routes(self->http, MEMOS_ROUTES, self->memos);
	http_add_routes(self->http, CONSOLE_ROUTES, &self->console);
	http_add_routes(self->http, UPKEEP_ROUTES, self->upkeep);
	http_add_routes(self->http, APPLIANCE_ROUTES, self->appliance);
	http_add_routes(self->http, SPACE_ROUTES, self->space);
	http_add_routes(self->http, UPLINK_ROUTES, self->uplink);
	self->certificate = (Certificate){self->config->certificate_report};
	http_add_routes(self->http, CERTIFICATE_ROUTES, &self->certificate);
	http_add_routes(self->http, BACKUPS_ROUTES, self->backups);
	http_add_routes(self->http, SETUP_ROUTES, &self->setup);
	http_add_routes(self->http, DEMO_ROUTES, self->demo);
	http_add_routes(self->http, RELOAD_ROUTES, self->reload);
}

static bool open_floors(App *self, GError **error)
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

/* The keys of config.c that are `followed`. */
static void follow(void *house, const Config *config)
{
	App *self = house;
	const MailOptions mail = mail_options(config);

	mail_follow(self->mail, &mail);
	people_set_session_limits(self->people, config->shared_idle_s, config->own_device_s);
	chats_set_tempo(self->chats, (unsigned)config->messages_a_minute);
	upkeep_set_hour(self->upkeep, config->check_hour);
	events_set_synchronisation_confirms(self->events, config->synchronisation_confirms);
	media_set_networks(self->media, (const char *const *)config->camera_networks);
}

/* By night, over a database that was found whole. */
static void on_night(void *house)
{
	privacy_run_retention(((App *)house)->privacy, NULL, NULL);
}

static void build_beginnings(App *self)
{
	const DemoOptions demo = {self->store,   self->events, self->school,    self->people,
	                          self->classes, self->chats,  self->broadcasts};

	self->setup = (Setup){self->school, self->people};
	self->demo = demo_new(&demo);
	self->upkeep = upkeep_new(self->store, self->config->check_hour);
	upkeep_set_nightly(self->upkeep, on_night, self);
	self->reload = reload_new(self->config, follow, self);
}

static void build_space(App *self)
{
	const Config *config = self->config;
	const SpacePlace places[] = {
	        {"history", config->data_directory, "urok.db"},
	        {"files", config->files_directory, NULL},
	        {"recordings", config->media_directory, NULL},
	        {"backups", config->backup_folder, NULL},
	        {"logs", config->logs_directory, NULL},
	        {0},
	};

	self->space = space_new(places, config->data_directory);
}

static void build_onward(App *self)
{
	const OnwardOptions onward = {self->store, self->events, self->http,
	                              self->sync,  self->people, self->is_view};

	self->onward = onward_new(&onward);
}

static char *name_person(void *house, const char *person)
{
	g_autoptr(json_t) object =
	        id_is_valid(person) ? people_to_json(((App *)house)->people, person, NULL) : NULL;

	return g_strdup(json_string_value(json_object_get(object, "display_name")));
}

static char *name_chat(void *house, const char *scope)
{
	return g_str_has_prefix(scope, "chat:")
	               ? chats_dup_title(((App *)house)->chats, scope + strlen("chat:"))
	               : NULL;
}

static void on_line_changed(void *house)
{
	schools_look(((App *)house)->schools);
}

static void build_uplink(App *self)
{
	g_autofree char *folder = g_build_filename(self->config->data_directory, "cloud", NULL);
	const UplinkOptions uplink = {
	        .store = self->store,
	        .events = self->events,
	        .sync = self->sync,
	        .jobs = self->jobs,
	        .folder = self->is_view ? NULL : folder,
	        .dup_name = dup_school_name,
	        .school = self->school,
	        .people = self->people,
	        .names = {name_person, name_chat, self},
	        .on_changed = on_line_changed,
	        .data = self,
	};

	self->uplink = uplink_new(&uplink);
	self->directory = (BoxDirectory){self->uplink, self->sync};
	if (!self->is_view)
		schools_set_directory(self->schools, &BOX_DIRECTORY, &self->directory);
}

static void build_appliance(App *self)
{
	const BackupsOptions backups = {self->config, self->events, self->people, self->is_view};
	ApplianceOptions appliance = {
	        .config = self->config,
	        .store = self->store,
	        .events = self->events,
	        .http = self->http,
	        .school = self->school,
	        .broadcasts = self->broadcasts,
	        .upkeep = self->upkeep,
	        .mail = self->mail,
	        .uplink = self->uplink,
	};

	self->backups = backups_new(&backups);
	appliance.backups = self->backups;
	self->appliance = appliance_new(&appliance);
}

/* A school that is only looked at starts no cameras and forgets nobody. */
static bool start_rooms(App *self, GError **error)
{
	return self->config->proof || (privacy_start(self->privacy, error) &&
	                               broadcasts_start(self->broadcasts, error));
}

static bool catch_up(App *self, const AppView *view, GError **error)
{
	return !view || (view->catch_up(view->room, self->store, self->events, error) &&
	                 store_set_sink(self->store, view->sink, view->room, error));
}

static bool listen_on(Http *http, const AppView *view, GError **error)
{
	for (int i = 0; i < N_SOCKETS; i++) {
		int fd = view->sockets[i] < 0 ? -1 : fcntl(view->sockets[i], F_DUPFD_CLOEXEC, 0);

		if (view->sockets[i] >= 0 && fd < 0)
			return error_set(error, ERROR_BUSY, "Too many files are open: %s",
			                 g_strerror(errno));
		if (fd >= 0 && !http_listen(http, (HttpSocket)i, fd, error))
			return false;
	}
	return true;
}

static App *build(const Config *config, const AppView *view, GError **error)
{
	g_autoptr(App) self = g_new0(App, 1);

	self->config = config;
	self->is_view = view != NULL;
	self->broadcast_folder = g_build_filename(config->runtime_directory, "broadcast", NULL);
	if (!app_open_floors(self, error))
		return NULL;
	app_build_rooms(self, view);
	app_add_routes(self);
	if (!catch_up(self, view, error) || !events_open(self->events, error) ||
	    !sync_open(self->sync, error) || !start_rooms(self, error) ||
	    !(view ? listen_on(self->http, view, error)
	           : sockets_listen(self->http, config, error)))
		return NULL;
	if (config->proof)
		return g_steal_pointer(&self);
	backups_start(self->backups);
	appliance_start(self->appliance);
	pictures_sweep(self->pictures);
	mail_start(self->mail);
	people_start(self->people);
	uplink_start(self->uplink);
	schools_start(self->schools);
	return g_steal_pointer(&self);
}

App *app_new(const Config *config, GError **error)
{
	return build(config, NULL, error);
}

App *app_new_view(const Config *config, const AppView *view, GError **error)
{
	return build(config, view, error);
}

Events *app_events(const App *self)
{
	return self->events;
}

Sync *app_sync(const App *self)
{
	return self->sync;
}

typedef struct {
	char *code;
	EntryMade done;
	void *data;
} NewEntry;

static void on_entry_committed(void *data, const GError *failure)
{
	NewEntry *entry = data;

	entry->done(entry->data, failure ? NULL : entry->code, failure);
	secret_free(entry->code);
	g_free(entry);
}

static bool add_entry(App *self, const char *person, NewEntry *entry, GError **error)
{
	bool made;

	if (!store_begin(self->store, error))
		return false;
	entry->code = people_new_entry_code(self->people, person, ENTRY_S, error);
	made = entry->code != NULL;
	return store_end(self->store, made, made ? error : NULL) && made;
}

void app_add_entry(App *self, const char *person, EntryMade done, void *data)
{
	g_autoptr(GError) failure = NULL;
	NewEntry *entry = g_new0(NewEntry, 1);

	*entry = (NewEntry){NULL, done, data};
	if (add_entry(self, person, entry, &failure))
		store_after_commit(self->store, on_entry_committed, entry, NULL);
	else
		on_entry_committed(entry, failure);
}

unsigned app_waiting(const App *self)
{
	return http_open_requests(self->http);
}

uint64_t app_requests(const App *self)
{
	uint64_t all = 0;

	for (unsigned i = 1; i <= 5; i++)
		all += http_replies(self->http, i);
	return all;
}

void app_tick(App *self)
{
	if (!self->config->proof)
		appliance_tick(self->appliance);
	uplink_tick(self->uplink);
}

void app_rest(App *self)
{
	store_rest(self->store);
}

void app_leave(App *self, void (*left)(void *data), void *data)
{
	http_leave(self->http, left, data);
}

void app_free(App *self)
{
	if (!self)
		return;
	app_free_rooms(self);
	g_free(self->broadcast_folder);
	g_free(self);
}

void app_reload(App *self)
{
	json_decref(reload_now(self->reload));
}
