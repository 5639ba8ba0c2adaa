/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two origins write to one chat; whoever gets their events, in whatever allowed order, holds the
 * same rows and the same log. */
#include "fifth.h"

#include "events/events-private.h"

#include <string.h>

#define ORDERS 12

typedef struct {
	Fifth *f;     /* the school's box */
	Rooms *cloud; /* another origin with the same people */
	Id own;       /* messages of the box */
	Id removed;
	Id unknown; /* a posting that the cloud edits before it comes there */
} Pair;

static void append(Rooms *rooms, const Id *actor, const char *kind, const Id *chat,
                   const Id *message, json_t *body)
{
	Actor author = actor_of(rooms, actor);
	g_autofree char *scope = g_strconcat("chat:", chat->text, NULL);
	g_autoptr(Event) event = event_new(&author, kind, scope, message->text, body);
	GError *error = NULL;

	rooms_begin(rooms);
	events_append(rooms->events, event, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

static void cloud_edits(Pair *pair, const Id *actor, const Id *message, const char *text,
                        const char *reply_to)
{
	append(pair->cloud, actor, "chat.message.edited", &pair->f->pupils_chat, message,
	       json_pack("{ss ss*}", "text", text, "reply_to", reply_to));
}

/* Both write without knowing of the other, twice, and know all in the end. */
static Pair *pair_new(void)
{
	Pair *pair = g_new0(Pair, 1);
	Fifth *f = fifth_new();
	Id posted = id_new();
	Id quoted;

	pair->f = f;
	pair->cloud = rooms_open(NULL);
	quoted = post(f, &f->teacher, &f->pupils_chat, "вопрос");
	pair->own = reply(f, &f->sonya, &f->pupils_chat, "своё", &quoted);
	pair->removed = post(f, &f->sonya, &f->pupils_chat, "прочь");
	rooms_carry(f->rooms, pair->cloud);

	pair->unknown = post(f, &f->dima, &f->pupils_chat, "ещё не там");
	edit(f, &f->sonya, &f->pupils_chat, &pair->own, "правка школы");
	edit(f, &f->sonya, &f->pupils_chat, &pair->removed, "правка удалённого");
	cloud_edits(pair, &f->sonya, &pair->own, "правка облака", quoted.text);
	cloud_edits(pair, &f->dima, &pair->unknown, "правка до записи", NULL);
	append(pair->cloud, &f->sonya, "chat.message.blanked", &f->pupils_chat, &pair->removed,
	       json_object());
	append(pair->cloud, &f->dima, "chat.message.posted", &f->pupils_chat, &posted,
	       json_pack("{ss ss}", "text", "из облака", "client_id", "k"));
	remove_member(f, &f->class_id, &f->dima);
	rooms_carry(pair->cloud, f->rooms);
	rooms_carry(f->rooms, pair->cloud);
	edit(f, &f->sonya, &f->pupils_chat, &pair->own, "последняя правка");
	rooms_carry(f->rooms, pair->cloud);
	return pair;
}

static void pair_free(Pair *pair)
{
	rooms_free(pair->cloud);
	fifth_free(pair->f);
	g_free(pair);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pair, pair_free)

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The log without a box's own numbers: which events, and whether they have their bodies. */
static char *dump_log(Rooms *rooms)
{
	g_autoptr(GPtrArray) events = rooms_events(rooms);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < events->len; i++)
		g_ptr_array_add(lines, event_to_json(events->pdata[i]));
	g_ptr_array_sort(lines, compare_lines);
	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf(out, "%s\n", (const char *)lines->pdata[i]);
	return g_string_free(out, FALSE);
}

static void assert_same(Rooms *a, Rooms *b)
{
	g_autofree char *rows_of_a = rooms_dump(a, "projection");
	g_autofree char *rows_of_b = rooms_dump(b, "projection");
	g_autofree char *log_of_a = dump_log(a);
	g_autofree char *log_of_b = dump_log(b);

	g_assert_cmpstr(rows_of_a, ==, rows_of_b);
	g_assert_cmpstr(log_of_a, ==, log_of_b);
}

static void test_both_end_alike(void)
{
	g_autoptr(Pair) pair = pair_new();
	g_auto(Answer) page = get(pair->f, &pair->f->sonya, "/api/v1/chats/%s/messages",
	                          pair->f->pupils_chat.text);
	g_autofree char *texts = texts_of(&page);

	assert_same(pair->f->rooms, pair->cloud);
	g_assert_cmpstr(texts, ==, "вопрос|последняя правка|-|правка до записи|из облака");
	g_assert_cmpstr(answer_text(&page, "items.1.reply_to.text"), ==, "вопрос");
}

/* Events by origin, each origin's own in its order. */
static GPtrArray *queues_of(Rooms *rooms)
{
	g_autoptr(GPtrArray) events = rooms_events(rooms);
	GPtrArray *queues = g_ptr_array_new_with_free_func((GDestroyNotify)g_queue_free);
	g_autoptr(GHashTable) by_origin = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < events->len; i++) {
		Event *event = events->pdata[i];
		GQueue *queue = g_hash_table_lookup(by_origin, event->origin.text);

		if (!queue) {
			queue = g_queue_new();
			g_hash_table_insert(by_origin, event->origin.text, queue);
			g_ptr_array_add(queues, queue);
		}
		g_queue_push_tail(queue, event_copy(event));
	}
	return queues;
}

static void receive_in_some_order(Rooms *to, Rooms *from, GRand *chance)
{
	g_autoptr(GPtrArray) queues = queues_of(from);
	guint left = 0;

	for (guint i = 0; i < queues->len; i++)
		left += ((GQueue *)queues->pdata[i])->length;
	while (left > 0) {
		GQueue *queue = queues->pdata[g_rand_int_range(chance, 0, (gint32)queues->len)];
		Event *next = g_queue_peek_head(queue);

		if (!next || !rooms_receive(to, next))
			continue;
		event_free(g_queue_pop_head(queue));
		left--;
	}
}

static void test_any_allowed_order(void)
{
	g_autoptr(Pair) pair = pair_new();

	for (guint32 seed = 0; seed < ORDERS; seed++) {
		g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
		g_autoptr(Rooms) fresh = rooms_open(NULL);

		g_test_message("order %u", seed);
		receive_in_some_order(fresh, pair->f->rooms, chance);
		assert_same(pair->f->rooms, fresh);
	}
}

static void test_rebuilt_from_the_log(void)
{
	g_autoptr(Pair) pair = pair_new();
	g_autofree char *before = rooms_dump(pair->f->rooms, "projection");
	g_autofree char *after = NULL;
	GError *error = NULL;

	rooms_begin(pair->f->rooms);
	events_rebuild(pair->f->rooms->events, &error);
	g_assert_no_error(error);
	rooms_end(pair->f->rooms, true);
	after = rooms_dump(pair->f->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
}

static void test_applied_twice(void)
{
	g_autoptr(Pair) pair = pair_new();
	g_autoptr(GPtrArray) events = rooms_events(pair->cloud);
	GError *error = NULL;

	rooms_begin(pair->cloud);
	for (guint i = 0; i < events->len; i++) {
		const Event *event = events->pdata[i];

		if (g_str_has_prefix(event->kind, "chat."))
			events_apply(pair->cloud->events, event, &error);
		g_assert_no_error(error);
	}
	rooms_end(pair->cloud, true);
	assert_same(pair->f->rooms, pair->cloud);
}

static void refuse(Pair *pair, const char *kind, const char *scope, const char *subject,
                   const char *actor, json_t *body)
{
	g_autoptr(Rooms) fresh = rooms_open(NULL);
	g_autoptr(Event) event = NULL;
	g_autoptr(Event) copy = NULL;
	g_autoptr(json_t) object = NULL;
	g_autofree char *line = NULL;
	Actor author = {.kind = ACTOR_PERSON, .person = id_from(actor)};
	GError *error = NULL;

	rooms_carry(pair->f->rooms, fresh);
	event = event_new(&author, kind, scope, subject, body);
	rooms_begin(pair->cloud);
	/* Its own apply may refuse it too; then it has not come into the world. */
	if (events_append(pair->cloud->events, event, NULL)) {
		line = event_to_json(event);
		object = json_parse(line, strlen(line), &error);
		copy = event_from_json(object, &error);
		g_assert_no_error(error);
		rooms_begin(fresh);
		g_assert_false(events_receive(fresh->events, copy, &error));
		g_assert_error(error, ERROR, ERROR_FORBIDDEN);
		g_clear_error(&error);
		rooms_end(fresh, false);
	}
	rooms_end(pair->cloud, false);
}

static void test_foreign_nonsense_is_not_admitted(void)
{
	g_autoptr(Pair) pair = pair_new();
	g_autofree char *scope = g_strconcat("chat:", pair->f->pupils_chat.text, NULL);
	g_autofree char *long_text = g_strnfill(MESSAGE_CHARACTERS_MAX + 1, 'x');
	const char *sonya = pair->f->sonya.text;
	Id id = id_new();

	refuse(pair, "chat.message.posted", "school", id.text, sonya, json_pack("{ss}", "text", "a"));
	refuse(pair, "chat.message.posted", "chat:x", id.text, sonya, json_pack("{ss}", "text", "a"));
	refuse(pair, "chat.message.posted", scope, "x", sonya, json_pack("{ss}", "text", "a"));
	refuse(pair, "chat.message.posted", scope, id.text, id.text, json_pack("{ss}", "text", "a"));
	refuse(pair, "chat.message.posted", scope, id.text, sonya, json_pack("{si}", "text", 1));
	refuse(pair, "chat.message.posted", scope, id.text, sonya, json_pack("{ss}", "text", long_text));
	refuse(pair, "chat.message.edited", scope, id.text, sonya, json_pack("{ss ss}", "text", "a", "reply_to", "x"));
	refuse(pair, "chat.message.blanked", "chat:01890a5d-ac96-774b-bcce-b302099a8057", id.text, sonya, json_object());
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/replicas/both", test_both_end_alike);
	g_test_add_func("/chats/replicas/orders", test_any_allowed_order);
	g_test_add_func("/chats/replicas/rebuild", test_rebuilt_from_the_log);
	g_test_add_func("/chats/replicas/twice", test_applied_twice);
	g_test_add_func("/chats/replicas/admit", test_foreign_nonsense_is_not_admitted);
	return g_test_run();
}
