/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One conversation with another end: how it begins, what each message is for, how it begins again.
 * docs/sync-protocol.md says what stands in them. */
#include "sync/sync-private.h"

#include <string.h>

static void mark_free(void *data)
{
	g_free(data);
}

Peer *peer_new(Sync *sync, const PeerOptions *options)
{
	Peer *self = g_new0(Peer, 1);

	self->sync = sync;
	self->options = *options;
	self->name = g_strdup(options->name);
	self->link = g_new0(PeerLink, 1);
	*self->link = (PeerLink){self, 1};
	self->marks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, mark_free);
	self->registers = g_new0(Errand, events_registers(sync->events));
	if (options->end == PEER_BOX)
		marks_load(self);
	g_ptr_array_add(sync->peers, self);
	events_add_reader(sync->events, peer_hear_news, self);
	return self;
}

void peer_free(Peer *self)
{
	if (!self)
		return;
	marks_keep(self);
	events_remove_reader(self->sync->events, self);
	g_ptr_array_remove(self->sync->peers, self);
	self->link->peer = NULL;
	if (--self->link->references == 0)
		g_free(self->link);
	g_hash_table_unref(self->marks);
	g_free(self->registers);
	g_free(self->probe_epoch);
	g_free(self->trouble);
	g_free(self->name);
	g_free(self);
}

void peer_on_news(Peer *self, void (*news)(void *data), void *data)
{
	self->news = news;
	self->news_data = data;
}

void peer_hear_news(void *peer)
{
	Peer *self = peer;

	for (unsigned i = 0; i < events_registers(self->sync->events); i++)
		self->registers[i].idle = false;
	self->fill.idle = false;
	if (self->news)
		self->news(self->news_data);
}

void peer_trouble(Peer *self, const char *words)
{
	g_free(self->trouble);
	self->trouble = g_strdup(words);
}

bool peer_send(Peer *self, const char *tail, json_t *frame)
{
	g_autoptr(json_t) owned = frame;
	g_autofree void *bytes = NULL;
	size_t size;

	if (!self->connected)
		return false;
	bytes = frame_pack(owned, &size);
	if (!self->options.send(self->options.data, tail, bytes, size))
		return false;
	self->counts.bytes_sent += size;
	return true;
}

/* --- The beginning --- */

static void make_nonce(char ret_nonce[NONCE_SIZE])
{
	uint8_t bytes[8];
	g_autofree char *text = NULL;

	random_bytes(bytes, sizeof bytes);
	text = base64url_encode(bytes, sizeof bytes);
	g_strlcpy(ret_nonce, text, NONCE_SIZE);
}

static json_t *chains_to_json(Sync *sync)
{
	g_autoptr(GPtrArray) chains = events_chains(sync->events, NULL);
	json_t *list = json_array();

	for (guint i = 0; chains && i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];
		g_autofree char *hash = base64url_encode(chain->hash.bytes, DIGEST_SIZE);
		g_autofree char *seal = NULL;
		Seal last = {{0}};

		(void)events_find_seal(sync->events, chain, &last);
		seal = seal_to_text(&last);
		json_array_append_new(list, json_pack("[ssIss]", chain->origin.text, chain->epoch.text,
		                                      (json_int_t)chain->up_to, hash, seal));
	}
	return list;
}

void peer_set_word(Peer *self, const char *word)
{
	g_strlcpy(self->word, word, sizeof self->word);
}

static json_t *greeting(Peer *self)
{
	Sync *sync = self->sync;
	bool proposes = id_is_empty(&sync->authority) && self->options.end == PEER_BOX &&
	                events_decides(sync->events);
	const Id *authority = proposes ? events_origin(sync->events) : &sync->authority;

	return json_pack("{si si ss ss ss sI ss so}", "min", SYNC_VERSION, "max", SYNC_VERSION, "n",
	                 self->ours, "origin", events_origin(sync->events)->text, "epoch",
	                 events_epoch(sync->events)->text, "clock",
	                 (json_int_t)events_now_ms(sync->events), "authority",
	                 authority->text, "chains", chains_to_json(sync));
}

static void forget_talk(Peer *self)
{
	self->batch = self->batch_acked = 0;
	self->batch_rewound = 1;
	self->wait_until_ms = 0;
	self->fill = (Errand){0};
	self->probe = (Errand){0};
	g_clear_pointer(&self->probe_epoch, g_free);
	for (unsigned i = 0; i < events_registers(self->sync->events); i++)
		self->registers[i] = (Errand){0};
	self->talk[0] = '\0';
}

static void say_hello(Peer *self)
{
	json_t *hello;

	self->hello_ms = self->now_ms;
	hello = greeting(self);
	if (*self->word)
		json_object_set_new(hello, "w", json_string(self->word));
	(void)peer_send(self, "hello", hello);
}

static void ask_again(Peer *self, const char *talk)
{
	self->hello_ms = self->now_ms;
	(void)peer_send(self, "again", json_pack("{ss}", "c", talk));
}

void peer_restart(Peer *self)
{
	g_autofree char *talk = g_strdup(self->talk);

	if (!self->connected)
		return;
	self->state = PEER_GREETING;
	if (self->options.end == PEER_CLOUD) {
		self->theirs[0] = '\0';
		ask_again(self, talk);
		return;
	}
	forget_talk(self);
	make_nonce(self->ours);
	say_hello(self);
}

/* At the cloud. */
static void set_gone(Peer *self, int64_t gone_ms)
{
	bool news = !self->gone_ms != !gone_ms;

	self->gone_ms = gone_ms;
	if (news && self->sync->gone)
		self->sync->gone(self->sync->gone_data);
}

void peer_connected(Peer *self, int64_t now_ms)
{
	self->now_ms = now_ms;
	self->connected = true;
	forget_talk(self);
	self->theirs[0] = '\0';
	self->state = PEER_GREETING;
	if (self->options.end == PEER_BOX) {
		peer_restart(self);
		return;
	}
	peer_set_word(self, "");
	set_gone(self, 0);
}

void peer_disconnected(Peer *self)
{
	marks_keep(self);
	self->connected = false;
	self->state = PEER_OFF;
	forget_talk(self);
}

typedef struct {
	Peer *peer;
	Id authority;
	const json_t *chains;
} Introduction;

/* Does it have events of this end? */
static bool knows(const json_t *chains, const Id *origin)
{
	size_t index;
	json_t *chain;

	json_array_foreach(chains, index, chain) {
		const char *theirs = json_string_value(json_array_get(chain, 0));

		if (theirs && g_str_equal(theirs, origin->text))
			return true;
	}
	return false;
}

/* An end that is new here and knows this one is one that this one knew before it was restored: what
 * was held back from it then and may leave now would never come. */
static bool add_peer(const Introduction *introduction, GError **error)
{
	const Sync *sync = introduction->peer->sync;
	Store *store = sync->store;
	g_autoptr(Query) add = store_query(store, "add_sync_peer");
	g_autoptr(Query) fill = NULL;

	query_bind_text(add, ":name", introduction->peer->name);
	if (!query_run(add, error))
		return false;
	if (!store_changes(store) || !knows(introduction->chains, events_origin(sync->events)))
		return true;
	fill = store_query(store, "set_sync_fill");
	query_bind_text(fill, ":name", introduction->peer->name);
	query_bind_int(fill, ":after", 0);
	return query_run(fill, error);
}

static bool write_introduction(void *data, GError **error)
{
	Introduction *introduction = data;
	Store *store = introduction->peer->sync->store;
	g_autoptr(Query) hear = store_query(store, "hear_sync_peer");
	g_autoptr(Query) set = store_query(store, "set_sync_authority");

	query_bind_text(hear, ":name", introduction->peer->name);
	query_bind_int(hear, ":now", introduction->peer->heard_ms);
	query_bind_text(set, ":authority", introduction->authority.text);
	return add_peer(introduction, error) && query_run(hear, error) && query_run(set, error) &&
	       joining_begin(introduction->peer, introduction->chains, error);
}

/* Who decides for the school, unless sync_set_authority() said it: a box that has written anything,
 * and at a cloud the first such box that came; one that joins empty takes the cloud's word. */
static bool introduce(Peer *self, const json_t *greeting_of_theirs)
{
	Sync *sync = self->sync;
	Introduction introduction = {self, sync->authority,
	                             json_object_get(greeting_of_theirs, "chains")};
	const char *authority = json_string_value(json_object_get(greeting_of_theirs, "authority"));

	if (id_is_empty(&introduction.authority)) {
		if (self->options.end == PEER_BOX && events_decides(sync->events))
			introduction.authority = *events_origin(sync->events);
		else if (id_is_valid(authority))
			introduction.authority = id_from(authority);
	}
	if (!in_turn(sync, write_introduction, &introduction, NULL)) {
		joining_load(sync);
		return false;
	}
	sync->authority = introduction.authority;
	events_set_authority(sync->events, &sync->authority);
	return true;
}

static bool check_version(Peer *self, const json_t *frame)
{
	json_int_t min = json_integer_value(json_object_get(frame, "min"));
	json_int_t max = json_integer_value(json_object_get(frame, "max"));

	if (min <= SYNC_VERSION && max >= SYNC_VERSION &&
	    id_is_valid(json_string_value(json_object_get(frame, "origin"))) &&
	    json_is_array(json_object_get(frame, "chains")))
		return true;
	peer_trouble(self, "The other end speaks another version of the protocol");
	return false;
}

static void begin_talk(Peer *self, const json_t *frame)
{
	if (!introduce(self, frame))
		return; /* the disk is full: the next hello tries again */
	g_hash_table_remove_all(self->marks);
	self->state = PEER_LIVE;
	self->moved_ms = self->now_ms;
	switch (heal_look(self, json_object_get(frame, "chains"))) {
	case LOOK_FINE:
		break;
	case LOOK_OLDER:
		self->state = PEER_HEALING;
		break;
	case LOOK_LIE:
		self->state = PEER_STOPPED;
		peer_trouble(self, "The other end has events that claim to be this one's and bear no "
		                   "seal of it");
	}
	sending_rewind(self);
}

static const char *word_of(const json_t *frame)
{
	const char *word = json_string_value(json_object_get(frame, "w"));

	return word && strlen(word) == NONCE_SIZE - 1 ? word : "";
}

/* What a box says of a connection that is over is of before. */
static void hear_of_connection(Peer *self, const json_t *hello)
{
	const char *word = word_of(hello);

	if (self->gone_ms && g_str_equal(word, self->word))
		return;
	peer_set_word(self, word);
	set_gone(self, 0);
}

/* A will of an older connection may come after the hello of the next one. */
static void take_gone(Peer *self, const json_t *frame)
{
	const char *word = word_of(frame);

	if (self->options.end != PEER_CLOUD || !*word || !g_str_equal(word, self->word))
		self->counts.dropped++;
	else if (!self->gone_ms)
		set_gone(self, events_now_ms(self->sync->events));
}

static void take_hello(Peer *self, const json_t *frame)
{
	const char *nonce = json_string_value(json_object_get(frame, "n"));
	g_autoptr(json_t) welcome = NULL;
	bool repeated;

	if (self->options.end != PEER_CLOUD || !nonce || strlen(nonce) != NONCE_SIZE - 1 ||
	    !check_version(self, frame))
		return;
	repeated = g_str_equal(nonce, self->theirs);
	if (!repeated) {
		forget_talk(self);
		make_nonce(self->ours);
		g_strlcpy(self->theirs, nonce, NONCE_SIZE);
		g_snprintf(self->talk, sizeof self->talk, "%s%s", self->theirs, self->ours);
		begin_talk(self, frame);
	}
	hear_of_connection(self, frame);
	welcome = greeting(self);
	json_object_set_new(welcome, "to", json_string(self->theirs));
	(void)peer_send(self, "welcome", g_steal_pointer(&welcome));
}

static void take_welcome(Peer *self, const json_t *frame)
{
	const char *nonce = json_string_value(json_object_get(frame, "n"));
	const char *to = json_string_value(json_object_get(frame, "to"));

	if (self->options.end != PEER_BOX || self->state != PEER_GREETING || !nonce || !to ||
	    strlen(nonce) != NONCE_SIZE - 1 || !g_str_equal(to, self->ours) ||
	    !check_version(self, frame))
		return;
	g_strlcpy(self->theirs, nonce, NONCE_SIZE);
	g_snprintf(self->talk, sizeof self->talk, "%s%s", self->ours, self->theirs);
	begin_talk(self, frame);
}

/* --- Each message --- */

static void dispatch(Peer *self, const PeerMail *mail)
{
	const char *tail = mail->tail;
	const json_t *frame = mail->frame;

	if (g_str_equal(tail, "ev"))
		taking_events(self, mail);
	else if (g_str_equal(tail, "ack"))
		(void)sending_take_ack(self, frame);
	else if (g_str_equal(tail, "nack"))
		(void)sending_take_nack(self, frame);
	else if (g_str_equal(tail, "reg"))
		taking_register(self, frame);
	else if (g_str_equal(tail, "merged"))
		sending_take_merged(self, frame);
	else if (g_str_equal(tail, "fill"))
		taking_fill(self, frame);
	else if (g_str_equal(tail, "filled"))
		sending_take_filled(self, frame);
	else if (g_str_equal(tail, "probe"))
		heal_take_probe(self, frame);
	else if (g_str_equal(tail, "proof"))
		heal_take_proof(self, frame);
	else if (!words_take(self, tail, frame))
		self->counts.dropped++;
}

/* Nothing helps here but a person: the other end need not try each half minute. */
static void refuse_for_long(Peer *self, const json_t *frame)
{
	(void)peer_send(self, "nack", json_pack("{ss sI s[] si ss?}", "c", self->talk, "b",
	                                        json_integer_value(json_object_get(frame, "b")), "at",
	                                        "wait", 5 * 60 * 1000, "why", self->trouble));
}

static void take_of_talk(Peer *self, const PeerMail *mail)
{
	const char *tail = mail->tail;
	const json_t *frame = mail->frame;
	const char *talk = json_string_value(json_object_get(frame, "c"));

	if (talk && *self->talk && g_str_equal(talk, self->talk) &&
	    (self->state == PEER_LIVE || self->state == PEER_HEALING)) {
		dispatch(self, mail);
		return;
	}
	self->counts.dropped++;
	if (self->state == PEER_STOPPED && g_str_equal(tail, "ev") && talk && g_str_equal(talk, self->talk))
		refuse_for_long(self, frame);
	/* A box that speaks on after the cloud forgot it. */
	if (talk && strlen(talk) < sizeof self->talk && self->options.end == PEER_CLOUD &&
	    self->state == PEER_GREETING && self->now_ms - self->hello_ms >= 1000) {
		g_strlcpy(self->talk, talk, sizeof self->talk);
		ask_again(self, talk);
	}
}

/* A cloud that begins names no conversation. */
static bool is_ours(const Peer *self, const char *talk)
{
	return !*talk || (*self->talk && g_str_equal(talk, self->talk));
}

void peer_take(Peer *self, const char *tail, const void *bytes, size_t size, int64_t now_ms)
{
	PeerMail *mail = mail_read(tail, bytes, size);

	peer_take_mail(self, mail, now_ms);
	peer_mail_free(mail);
}

void peer_take_mail(Peer *self, const PeerMail *mail, int64_t now_ms)
{
	const char *tail = mail->tail;
	const json_t *frame = mail->frame;
	const char *talk;

	self->now_ms = now_ms;
	self->counts.bytes_taken += mail->size;
	if (!frame || !self->connected) {
		self->counts.dropped++;
		return;
	}
	if (g_str_equal(tail, "gone")) {
		take_gone(self, frame);
		return;
	}
	self->heard_ms = events_now_ms(self->sync->events);
	talk = json_string_value(json_object_get(frame, "c"));
	if (g_str_equal(tail, "hello"))
		take_hello(self, frame);
	else if (g_str_equal(tail, "welcome"))
		take_welcome(self, frame);
	else if (!g_str_equal(tail, "again"))
		take_of_talk(self, mail);
	else if (self->options.end == PEER_BOX && talk && is_ours(self, talk))
		peer_restart(self);
}

static int64_t pump_greeting(Peer *self)
{
	bool box = self->options.end == PEER_BOX;

	if (!box && !*self->talk)
		return G_MAXINT64;
	if (self->now_ms - self->hello_ms >= HELLO_MS) {
		if (box)
			say_hello(self);
		else
			ask_again(self, self->talk);
	}
	return self->hello_ms + HELLO_MS;
}

int64_t peer_pump(Peer *self, int64_t now_ms)
{
	self->now_ms = now_ms;
	if (!self->connected)
		return G_MAXINT64;
	if (self->sync->healing)
		heal_finish(self->sync);
	switch (self->state) {
	case PEER_GREETING:
		return pump_greeting(self);
	case PEER_HEALING:
		heal_pump(self);
		return self->now_ms + AGAIN_MS;
	case PEER_LIVE:
		return sending_pump(self);
	default:
		return G_MAXINT64;
	}
}

PeerStatus peer_status(const Peer *self)
{
	PeerStatus status = self->counts;

	status.state = self->state == PEER_LIVE && self->sync->healing ? PEER_HEALING : self->state;
	status.trouble = self->trouble;
	status.trouble_code = "sync";
	status.last_heard_ms = self->heard_ms;
	status.gone_since_ms = self->gone_ms;
	status.waiting = marks_count_waiting(self, &status.waiting_since_ms);
	return status;
}
