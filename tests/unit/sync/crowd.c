/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Many boxes on the cloud's one connection to a real Mosquitto, all of which catch up at once. */
#include "mosquitto.h"
#include "rooms.h"

#include "sync/sync.h"

#include <string.h>

enum { BOXES = 6, BATCHES = 8 }; /* together more than may wait on one connection */

typedef struct Cloud Cloud;

typedef struct {
	Cloud *cloud;
	Rooms *rooms;
	Sync *sync;
	SyncLink *link;
	Peer *peer; /* of the cloud, for it */
	char *id;
} Box;

typedef struct {
	Box *from;
	char *tail;
	GBytes *bytes;
} Kept;

struct Cloud {
	Rooms *rooms;
	Sync *sync;
	Broker *broker;
	bool is_up;
	bool keeps; /* letters, rather than to take them */
	GQueue letters;
	unsigned batches; /* among them */
	unsigned lost;    /* words that nobody says again */
	Box boxes[BOXES];
};

static Sync *sync_of(const Rooms *rooms)
{
	const SyncOptions options = {rooms->store, rooms->events, false};
	GError *error = NULL;
	Sync *sync = sync_new(&options);

	sync_open(sync, &error);
	g_assert_no_error(error);
	return sync;
}

static bool on_send(void *data, const char *tail, const void *bytes, size_t size)
{
	const Box *box = data;
	g_autofree char *topic = g_strdup_printf("urok/v1/%s/down/%s", box->id, tail);
	bool is_sent = broker_publish(box->cloud->broker, topic, bytes, size, sync_can_wait(tail));

	if (!is_sent && !sync_can_wait(tail))
		box->cloud->lost++;
	return is_sent;
}

static void on_up(void *data)
{
	Cloud *self = data;

	self->is_up = true;
	for (int i = 0; i < BOXES; i++)
		peer_connected(self->boxes[i].peer, clock_boot_ms());
}

static void on_trouble(void *data)
{
}

static void on_message(void *data, const char *topic, const void *bytes, size_t size)
{
	Cloud *self = data;
	g_auto(GStrv) parts = g_strsplit(topic, "/", 5); /* urok v1 BOX up TAIL */
	Box *box = self->boxes;
	Kept *letter;

	while (!g_str_equal(box->id, parts[2]))
		g_assert_true(++box < self->boxes + BOXES);
	if (!self->keeps) {
		peer_take(box->peer, parts[4], bytes, size, clock_boot_ms());
		return;
	}
	letter = g_new(Kept, 1);
	*letter = (Kept){box, g_strdup(parts[4]), g_bytes_new(bytes, size)};
	g_queue_push_tail(&self->letters, letter);
	self->batches += g_str_equal(parts[4], "ev");
}

/* All in one turn of the loop, in which the broker acknowledges nothing. */
static void take_all(Cloud *self)
{
	Kept *letter;
	GError *error = NULL;

	while ((letter = g_queue_pop_head(&self->letters))) {
		gsize size;
		const void *bytes = g_bytes_get_data(letter->bytes, &size);

		peer_take(letter->from->peer, letter->tail, bytes, size, clock_boot_ms());
		g_bytes_unref(letter->bytes);
		g_free(letter->tail);
		g_free(letter);
	}
	self->keeps = false;
	store_commit(self->rooms->store, &error);
	g_assert_no_error(error);
}

static void add_person(const Box *box, int which)
{
	g_autofree char *name = g_strdup_printf("Новая-%d", which);
	const NewPerson person = {.family_name = name, .given_name = "Соня", .patronymic = "Олеговна",
	                          .roles = ROLE_TEACHER};
	GError *error = NULL;
	Id id;

	rooms_begin(box->rooms);
	people_add(box->rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	rooms_end(box->rooms, true);
}

static bool is_sent(const Cloud *self)
{
	for (int i = 0; i < BOXES; i++) {
		PeerStatus status = sync_link_status(self->boxes[i].link);

		if (status.state != PEER_LIVE || status.waiting > 0)
			return false;
	}
	return true;
}

static void wait_until_sent(const Cloud *self)
{
	while (!is_sent(self))
		g_main_context_iteration(NULL, TRUE);
}

static Mosquitto *open_all(Cloud *self)
{
	static const BrokerListener LISTENER = {on_up, on_trouble, on_trouble, on_message};
	const char *users[BOXES + 2] = {"cloud"};
	BrokerOptions options = {.host = "127.0.0.1", .client_id = "cloud", .user = "cloud",
	                         .password = MOSQUITTO_PASSWORD, .filter = "urok/v1/+/up/#"};
	Mosquitto *mosquitto;

	self->rooms = rooms_open(NULL);
	self->sync = sync_of(self->rooms);
	for (int i = 0; i < BOXES; i++) {
		Box *box = &self->boxes[i];

		box->cloud = self;
		box->rooms = rooms_open(NULL);
		box->sync = sync_of(box->rooms);
		box->id = g_strdup(events_origin(box->rooms->events)->text);
		box->peer = peer_new(self->sync, &(PeerOptions){PEER_CLOUD, box->id, on_send, box});
		users[1 + i] = box->id;
	}
	mosquitto = mosquitto_of(users);
	options.port = mosquitto->port;
	self->broker = broker_new(&options, &LISTENER, self);
	while (!self->is_up)
		g_main_context_iteration(NULL, TRUE);
	return mosquitto;
}

static void link_box(Box *box, const Mosquitto *mosquitto)
{
	const BrokerOptions broker = {.host = "127.0.0.1", .port = mosquitto->port,
	                              .client_id = box->id, .user = box->id,
	                              .password = MOSQUITTO_PASSWORD};
	const SyncLinkOptions options = {PEER_BOX, "cloud", box->id, &broker};

	box->link = sync_link_new(box->sync, &options);
}

static void close_all(Cloud *self)
{
	for (int i = 0; i < BOXES; i++) {
		Box *box = &self->boxes[i];

		sync_link_free(box->link);
		rooms_free(box->rooms);
		sync_free(box->sync);
		peer_free(box->peer);
		g_free(box->id);
	}
	broker_free(self->broker);
	rooms_free(self->rooms);
	sync_free(self->sync);
}

/* Each batch is acknowledged, however many come between two words of the broker: a box whose ack is
 * lost would wait half a minute and say all of it again. */
static void test_acks(void)
{
	Cloud cloud = {0};
	g_autoptr(Mosquitto) mosquitto = open_all(&cloud);
	int64_t last;

	for (int i = 0; i < BOXES; i++)
		link_box(&cloud.boxes[i], mosquitto);
	wait_until_sent(&cloud);
	last = events_last_seq(cloud.rooms->events);
	cloud.keeps = true;
	for (unsigned round = 1; round <= BATCHES; round++) {
		for (int i = 0; i < BOXES; i++)
			add_person(&cloud.boxes[i], (int)round);
		while (cloud.batches < round * BOXES)
			g_main_context_iteration(NULL, TRUE);
	}
	take_all(&cloud);
	g_assert_cmpint(events_last_seq(cloud.rooms->events), >=, last + BOXES * BATCHES);
	g_assert_cmpuint(cloud.lost, ==, 0);
	/* What can wait does. */
	g_assert_false(broker_publish(cloud.broker, "urok/v1/x/down/ev", "{}", 2, true));
	g_assert_true(broker_publish(cloud.broker, "urok/v1/x/down/ack", "{}", 2, false));
	wait_until_sent(&cloud);
	close_all(&cloud);
}

int main(int argc, char **argv)
{
	mosquitto_test_init(&argc, &argv);
	g_test_add_func("/sync/crowd/acks", test_acks);
	return g_test_run();
}
