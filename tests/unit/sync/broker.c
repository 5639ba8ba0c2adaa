/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A box and the cloud over a real Mosquitto that knows who may write where: in step, after the
 * broker was killed too; and another box's topics stay closed. */
#include "mosquitto.h"
#include "rooms.h"

#include "sync/sync.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* --- The two ends --- */

typedef struct {
	Rooms *rooms;
	Sync *sync;
	SyncLink *link;
} Side;

static void open_side(Side *side)
{
	SyncOptions options;
	GError *error = NULL;

	side->rooms = rooms_open(NULL);
	options = (SyncOptions){side->rooms->store, side->rooms->events, false};
	side->sync = sync_new(&options);
	sync_open(side->sync, &error);
	g_assert_no_error(error);
}

static void connect_side(Side *side, const Mosquitto *mosquitto, PeerEnd end, const char *box)
{
	const BrokerOptions broker = {.host = "127.0.0.1", .port = mosquitto->port,
	                              .client_id = end == PEER_BOX ? box : "cloud",
	                              .user = end == PEER_BOX ? box : "cloud", .password = MOSQUITTO_PASSWORD};
	const SyncLinkOptions options = {end, end == PEER_BOX ? "cloud" : box, box, &broker};

	side->link = sync_link_new(side->sync, &options);
}

static void close_side(Side *side)
{
	g_clear_pointer(&side->link, sync_link_free);
	rooms_free(side->rooms);
	sync_free(side->sync);
}

static void add_person(Side *side, const char *family_name)
{
	const NewPerson person = {.family_name = family_name, .given_name = "Соня",
	                          .patronymic = "Олеговна", .roles = ROLE_TEACHER};
	GError *error = NULL;
	Id id;

	rooms_begin(side->rooms);
	people_add(side->rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	rooms_end(side->rooms, true);
}

static bool knows(const Side *side, const char *words)
{
	g_autofree char *rows = rooms_dump(side->rooms, "projection");

	return strstr(rows, words) != NULL;
}

/* The loop goes on until the other end's log is as long. */
static void wait_until_there(const Side *from, const Side *to)
{
	while (events_last_seq(to->rooms->events) < events_last_seq(from->rooms->events) ||
	       sync_link_status(from->link).waiting > 0)
		g_main_context_iteration(NULL, TRUE);
}

static void test_killed(void)
{
	Side box = {0}, cloud = {0};
	const char *users[] = {"cloud", NULL, NULL};
	Mosquitto *mosquitto;
	Id id;

	open_side(&box);
	open_side(&cloud);
	id = *events_origin(box.rooms->events);
	users[1] = id.text;
	mosquitto = mosquitto_of(users);
	connect_side(&cloud, mosquitto, PEER_CLOUD, id.text);
	connect_side(&box, mosquitto, PEER_BOX, id.text);
	add_person(&box, "Первая");
	wait_until_there(&box, &cloud);
	g_assert_true(knows(&cloud, "Первая"));

	mosquitto_stop(mosquitto);
	while (sync_link_status(box.link).state != PEER_OFF)
		g_main_context_iteration(NULL, TRUE);
	add_person(&box, "Вторая");
	g_assert_cmpint(sync_link_status(box.link).waiting, >, 0);
	g_assert_nonnull(sync_link_status(box.link).trouble);
	mosquitto_start(mosquitto);
	wait_until_there(&box, &cloud);
	g_assert_true(knows(&cloud, "Вторая"));
	g_assert_null(sync_link_status(box.link).trouble);

	close_side(&box);
	close_side(&cloud);
	mosquitto_free(mosquitto);
}

/* --- A forged school --- */

typedef struct {
	bool up;
	GString *heard;
} Ear;

static void ear_up(void *data)
{
	((Ear *)data)->up = true;
}

static void ear_down(void *data)
{
	((Ear *)data)->up = false;
}

static void ear_failed(void *data)
{
}

static void ear_message(void *data, const char *topic, const void *bytes, size_t size)
{
	g_string_append_printf(((Ear *)data)->heard, "%s=%.*s;", topic, (int)size, (const char *)bytes);
}

static const BrokerListener EAR = {ear_up, ear_down, ear_failed, ear_message};

static Broker *dial(const Mosquitto *mosquitto, const char *user, const char *filter, Ear *ear)
{
	const BrokerOptions options = {.host = "127.0.0.1", .port = mosquitto->port,
	                               .client_id = user, .user = user, .password = MOSQUITTO_PASSWORD,
	                               .filter = filter};
	Broker *broker = broker_new(&options, &EAR, ear);

	while (!ear->up)
		g_main_context_iteration(NULL, TRUE);
	return broker;
}

static void on_nothing(void *data)
{
}

static void on_no_message(void *data, const char *topic, const void *bytes, size_t size)
{
}

static char *make_authority(const char *directory)
{
	g_autofree char *key = g_build_filename(directory, "key.pem", NULL);
	char *file = g_build_filename(directory, "ca.pem", NULL);
	const char *words[] = {"openssl",  "req",       "-x509",   "-newkey", "ec", "-pkeyopt",
	                       "ec_paramgen_curve:P-256", "-nodes",   "-days",    "9",  "-subj",
	                       "/CN=proba", "-keyout",  key,       "-out",    file, NULL};
	int status = -1;

	g_assert_true(g_spawn_sync(NULL, (char **)words, NULL,
	                           G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
	                           NULL, &status, NULL));
	g_assert_cmpint(status, ==, 0);
	return file;
}

/* It takes the connection and never says a word of TLS: the thread that waits for it must not
 * outlive the broker. The first connection is a knock. */
static void test_mute(void)
{
	static const BrokerListener LISTENER = {on_nothing, on_nothing, on_nothing, on_no_message};
	g_autofree char *directory = g_dir_make_tmp("urok-XXXXXX", NULL);
	g_autofree char *authority = make_authority(directory);
	g_autofree char *key = g_build_filename(directory, "key.pem", NULL);
	g_autoptr(GSocketListener) listener = g_socket_listener_new();
	const int port = g_socket_listener_add_any_inet_port(listener, NULL, NULL);
	const BrokerOptions options = {.host = "127.0.0.1", .port = port, .client_id = "proba",
	                               .filter = "proba/#", .ca_file = authority};
	Broker *broker = broker_new(&options, &LISTENER, NULL);
	g_autoptr(GSocketConnection) knock = g_socket_listener_accept(listener, NULL, NULL, NULL);
	g_autoptr(GSocketConnection) real = g_socket_listener_accept(listener, NULL, NULL, NULL);
	GInputStream *input = g_io_stream_get_input_stream(G_IO_STREAM(real));
	char bytes[4096];

	g_assert_nonnull(knock);
	g_assert_cmpint(g_input_stream_read(input, bytes, sizeof bytes, NULL, NULL), >, 0);
	broker_free(broker);
	while (g_main_context_iteration(NULL, FALSE))
		;
	while (g_input_stream_read(input, bytes, sizeof bytes, NULL, NULL) > 0)
		;
	g_unlink(authority);
	g_unlink(key);
	g_rmdir(directory);
}

static void test_forged(void)
{
	const char *const users[] = {"cloud", "box1", "box2", NULL};
	Mosquitto *mosquitto = mosquitto_of(users);
	Ear ears[3] = {{false, g_string_new(NULL)}, {false, g_string_new(NULL)},
	               {false, g_string_new(NULL)}};
	Broker *cloud = dial(mosquitto, "cloud", "urok/v1/+/up/#", &ears[0]);
	Broker *one = dial(mosquitto, "box1", "urok/v1/box1/down/#", &ears[1]);
	Broker *two = dial(mosquitto, "box2", "urok/v1/box1/down/#", &ears[2]); /* not its own */

	g_assert_true(broker_publish(two, "urok/v1/box1/up/hello", "forged", 6, false));
	g_assert_true(broker_publish(two, "urok/v1/box2/up/hello", "own", 3, false));
	while (!strstr(ears[0].heard->str, "box2"))
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpstr(ears[0].heard->str, ==, "urok/v1/box2/up/hello=own;");

	g_assert_true(broker_publish(cloud, "urok/v1/box1/down/ev", "secret", 6, false));
	while (!strstr(ears[1].heard->str, "secret"))
		g_main_context_iteration(NULL, TRUE);
	g_assert_true(broker_publish(two, "urok/v1/box2/up/x", "later", 5, false));
	while (!strstr(ears[0].heard->str, "later"))
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpstr(ears[2].heard->str, ==, "");
	broker_free(cloud);
	broker_free(one);
	broker_free(two);
	for (size_t i = 0; i < G_N_ELEMENTS(ears); i++)
		g_string_free(ears[i].heard, TRUE);
	mosquitto_free(mosquitto);
}

int main(int argc, char **argv)
{
	mosquitto_test_init(&argc, &argv);
	g_test_add_func("/sync/broker/mute", test_mute);
	g_test_add_func("/sync/broker/killed", test_killed);
	g_test_add_func("/sync/broker/forged", test_forged);
	return g_test_run();
}
