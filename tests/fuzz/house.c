/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school is written by its rooms into a directory, which is copied for each daemon. */
#include "house.h"
#include "rooms.h"

#include "app/app.h"
#include "base/log.h"
#include "people/sessions.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DAYS_S(days) ((int64_t)(days) * 24 * 3600)

static struct {
	char *home; /* holds `first`, as the rooms left it, and `now` */
	char *first;
	Config config;
	App *app;
	char *tokens[128];
	char *chat;
} house;

/* --- The school --- */

static void append(Rooms *rooms, const char *kind, const char *scope, const char *subject,
                   json_t *body)
{
	const Actor teacher = {.kind = ACTOR_PERSON, .person = {TEACHER}};
	g_autoptr(Event) event = event_new(&teacher, kind, scope, subject, body);
	GError *error = NULL;

	events_append(rooms->events, event, &error);
	g_assert_no_error(error);
}

static void add_person(Rooms *rooms, const char *id, const char *login, unsigned roles)
{
	g_autofree char *scope = g_strconcat("person:", id, NULL);

	append(rooms, "person.added", scope, id,
	       json_pack("{ss ss sn ss sn si}", "family_name", "Миронова", "given_name", "Соня",
	                 "patronymic", "login", login, "birth_date", "roles", roles));
}

static void seat(Rooms *rooms, const char *person, MemberAs as)
{
	append(rooms, "class.member.added", "class:" CLASS, CLASS,
	       json_pack("{ss si}", "person", person, "as", as));
}

static void furnish(Rooms *rooms)
{
	const SchoolInfo info = {.name = "Школа № 17"};
	Id chat = chats_id_of(CHAT_CLASS_PUPILS, CLASS);
	g_autofree char *scope = g_strconcat("chat:", chat.text, NULL);
	GError *error = NULL;

	house.chat = g_strdup(chat.text);
	school_set(rooms->school, &ACTOR_OF_SYSTEM, &info, &error);
	g_assert_no_error(error);
	append(rooms, "year.added", "school", YEAR,
	       json_pack("{ss ss ss}", "title", "2026/27", "from_date", "2026-09-01", "to_date",
	                 "2027-05-31"));
	add_person(rooms, ADMIN, "admin", ROLE_ADMINISTRATOR);
	add_person(rooms, TEACHER, "teacher", ROLE_TEACHER);
	add_person(rooms, PUPIL, "pupil", ROLE_PUPIL);
	add_person(rooms, PARENT, "parent", ROLE_PARENT);
	append(rooms, "person.parent.linked", "person:" PUPIL, PUPIL,
	       json_pack("{ss}", "parent", PARENT));
	append(rooms, "class.added", "school", CLASS,
	       json_pack("{ss si ss ss}", "year", YEAR, "grade", 5, "letter", "А", "title", "5А"));
	seat(rooms, TEACHER, MEMBER_CLASS_TEACHER);
	seat(rooms, PUPIL, MEMBER_PUPIL);
	append(rooms, "chat.message.posted", scope, MESSAGE, json_pack("{ss}", "text", "да"));
}

static void sign_in(Rooms *rooms)
{
	static const struct {
		char role;
		const char *person;
	} WHO[] = {{'a', ADMIN}, {'t', TEACHER}, {'p', PUPIL}, {'r', PARENT}};
	const SessionsOptions options = {rooms->store, rooms->events, DAYS_S(300), DAYS_S(300),
	                                 clock_boot_ms};
	g_autoptr(Sessions) sessions = sessions_new(&options);
	Id id;

	rooms_begin(rooms);
	for (size_t i = 0; i < G_N_ELEMENTS(WHO); i++) {
		char **token = &house.tokens[(int)WHO[i].role];

		*token = sessions_start(sessions, WHO[i].person, true, "Firefox", &id, NULL);
		g_assert_nonnull(*token);
	}
	rooms_end(rooms, true);
}

static void build(void)
{
	Rooms *rooms;

	g_mkdir(house.first, 0700);
	rooms = rooms_open(house.first);
	rooms_begin(rooms);
	furnish(rooms);
	rooms_end(rooms, true);
	sign_in(rooms);
	rooms_free(rooms);
}

/* --- The daemon --- */

static void copy_first(const char *to)
{
	g_autoptr(GDir) folder = g_dir_open(house.first, 0, NULL);
	const char *name;

	g_assert_cmpint(g_mkdir_with_parents(to, 0700), ==, 0);
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *from = g_build_filename(house.first, name, NULL);
		g_autofree char *copy = g_build_filename(to, name, NULL);
		g_autofree char *bytes = NULL;
		gsize size;

		if (!g_file_test(from, G_FILE_TEST_IS_REGULAR))
			continue;
		g_assert_true(g_file_get_contents(from, &bytes, &size, NULL));
		g_assert_true(g_file_set_contents_full(copy, bytes, (gssize)size,
		                                       G_FILE_SET_CONTENTS_NONE, 0600, NULL));
	}
}

static void free_home(void)
{
	g_clear_pointer(&house.app, app_free);
	scratch_remove(house.home);
}

/* Workers that end at once: a broadcast is as good as one whose worker crashes. */
static void configure(void)
{
	static char *origins[] = {(char *)"http://school", NULL};
	static char *networks[] = {(char *)"10.0.0.0/8", NULL};
	static char *none[] = {NULL};

	house.config = (Config){
	        .public_name = (char *)"school",
	        .data_directory = g_build_filename(house.home, "now", NULL),
	        .runtime_directory = g_build_filename(house.home, "run", NULL),
	        .rest_socket = g_build_filename(house.home, "0.sock", NULL),
	        .live_socket = g_build_filename(house.home, "1.sock", NULL),
	        .control_socket = g_build_filename(house.home, "2.sock", NULL),
	        .metrics_socket = g_build_filename(house.home, "3.sock", NULL),
	        .media_directory = g_build_filename(house.home, "media", NULL),
	        .files_directory = g_build_filename(house.home, "files", NULL),
	        .papers_worker = (char *)"/bin/false",
	        .errands_worker = (char *)"/bin/false",
	        .papers_socket = (char *)"/",
	        .errands_socket = (char *)"/",
	        .mail_server = (char *)"",
	        .mail_from = (char *)"",
	        .mail_login = (char *)"",
	        .mail_password_file = (char *)"",
	        .mail_authority_file = (char *)"",
	        .disks_report = g_build_filename(house.home, "disks.json", NULL),
	        .power_directory = g_build_filename(house.home, "power", NULL),
	        .certificate_report = g_build_filename(house.home, "certificate.json", NULL),
	        .origins = origins,
	        .cookie_name = (char *)COOKIE_NAME,
	        .broadcast_worker = (char *)"/bin/false",
	        .pipelines_directory = (char *)"/",
	        .worker_arguments = none,
	        .camera_networks = networks,
	        .shared_idle_s = 1800,
	        .own_device_s = (int)DAYS_S(300),
	};
}

void house_init(void)
{
	if (g_file_test("/dev/shm", G_FILE_TEST_IS_DIR))
		setenv("TMPDIR", "/dev/shm", 1);
	signal(SIGPIPE, SIG_IGN);
	log_open(LOG_ERROR);
	g_assert_true(crypto_init());
	house.home = g_dir_make_tmp("urok-fuzz-XXXXXX", NULL);
	house.first = g_build_filename(house.home, "first", NULL);
	build();
	configure();
	atexit(free_home);
}

void house_open(bool again)
{
	GError *error = NULL;

	if (house.app && !again)
		return;
	g_clear_pointer(&house.app, app_free);
	while (g_main_context_iteration(NULL, FALSE))
		continue;
	if (g_file_test(house.config.data_directory, G_FILE_TEST_IS_DIR))
		scratch_remove(house.config.data_directory);
	copy_first(house.config.data_directory);
	house.app = app_new(&house.config, &error);
	g_assert_no_error(error);
}

int house_dial(HttpSocket which)
{
	const char *const paths[] = {house.config.rest_socket, house.config.live_socket,
	                             house.config.control_socket, house.config.metrics_socket};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_strlcpy(address.sun_path, paths[which], sizeof address.sun_path);
	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	return fd;
}

const char *house_token(char role)
{
	return role >= 0 ? house.tokens[(int)role] : NULL;
}

const char *house_chat(void)
{
	return house.chat;
}
