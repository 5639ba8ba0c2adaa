/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Every room built once, lowest floor first, and who gets whom. */
#include "app/app-private.h"

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

/* The keys of config.c that are `followed`. */
static void follow(void *house, const Config *config)
{
	App *self = house;
	const MailOptions mail = app_mail_options(config);

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

static json_t *load_copies(void *backups)
{
	return backups_load_report(backups);
}

#define KEPT ".before-" /* what urok-backup calls a school that it put aside, behind its folder's name */

static char *name_kept(const char *folder)
{
	g_autofree char *name = g_path_get_basename(folder);

	return g_strconcat(name, KEPT, NULL);
}

static void build_space(App *self)
{
	const Config *config = self->config;
	g_autofree char *beside_data = g_path_get_dirname(config->data_directory);
	g_autofree char *beside_files = g_path_get_dirname(config->files_directory);
	g_autofree char *kept_data = name_kept(config->data_directory);
	g_autofree char *kept_files = name_kept(config->files_directory);
	g_autofree char *undone = g_build_filename(config->data_directory, "undone", NULL);
	g_autofree char *previous = g_build_filename(beside_data, "previous", NULL);
	const SpacePlace places[] = {
	        {"history", config->data_directory, "urok.db", NULL},
	        {"files", config->files_directory, NULL, KEPT},
	        {"recordings", config->media_directory, NULL, NULL},
	        {"backups", config->backup_folder, NULL, NULL},
	        {"logs", config->logs_directory, NULL, NULL},
	        /* What restores and upgrades kept aside; files are links to the school's own for the most part, and lie
	         * among them where these have a disk of their own. */
	        {"kept", beside_data, kept_data, NULL},
	        {"kept", beside_files, kept_files, NULL},
	        {"kept", config->files_directory, KEPT, NULL},
	        {"kept", undone, NULL, NULL},
	        {"kept", previous, NULL, NULL},
	        {0},
	};

	const SpaceOptions space = {
	        .store = self->store,
	        .events = self->events,
	        .files = self->files,
	        .places = places,
	        .disk = config->data_directory,
	        .load_copies = load_copies,
	        .room = self->backups,
	        .elsewhere = self->is_view,
	};

	self->space = space_new(&space);
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

/* At the cloud nobody administers a school. */
static const char *find_way_back(void *house, const Actor *reader, const char *how, const Event *lost)
{
	const App *self = house;

	return self->is_view ? NULL : chats_find_way_back(self->chats, reader, how, lost);
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
	        .files = self->files,
	        .pictures = self->pictures,
	        .names = {name_person, name_chat, find_way_back, self, NULL},
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
	build_space(self);
	appliance.backups = self->backups;
	appliance.space = self->space;
	self->appliance = appliance_new(&appliance);
}

void app_build_rooms(App *self, const AppView *view)
{
	build_people(self);
	build_enrolment(self);
	build_schools(self, view);
	build_life(self);
	sync_follow_contests(self->sync);
	build_carry(self);
	build_onward(self);
	build_beginnings(self);
	build_uplink(self);
	build_appliance(self);
}

/* HTTP first: what is held and streamed points into the rooms. */
void app_free_rooms(App *self)
{
	http_free(self->http);
	carry_free(self->carry);
	uplink_free(self->uplink);
	reload_free(self->reload);
	appliance_free(self->appliance);
	backups_free(self->backups);
	space_free(self->space);
	upkeep_free(self->upkeep);
	demo_free(self->demo);
	broadcasts_free(self->broadcasts);
	chats_free(self->chats);
	mail_free(self->mail);
	memos_free(self->memos);
	documents_free(self->documents);
	media_free(self->media);
	onward_free(self->onward);
	schools_free(self->schools);
	enrolment_free(self->enrolment);
	classes_free(self->classes);
	privacy_free(self->privacy);
	consents_free(self->consents);
	people_free(self->people);
	school_free(self->school);
	pictures_free(self->pictures);
	jobs_free(self->jobs);
	files_free(self->files);
	events_free(self->events);
	store_close(self->store);
	sync_free(self->sync); /* the last turn's hooks still spoke to it */
}
