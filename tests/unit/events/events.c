/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The log over the tests' own room: append, apply, follow, blank, verify, rebuild, receive. */
#include "events/events.h"
#include "scratch.h"

#include <string.h>

static const Migration MIGRATIONS[] = {
        {"/urok/events/events-schema.sql"}, {"/urok/events/chains-schema.sql"}, {"/urok/events/seals-schema.sql"},
        {"/scratch/scratch-schema.sql"}, {0}};
static const char *const STATEMENTS[] = {"/urok/events/events.sql", "/urok/events/chains.sql",
                                         "/scratch/scratch.sql", NULL};

typedef struct {
	Scratch *scratch;
	Events *events;
} Box;

static bool write_note(Store *store, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(store, "add_note");

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":text",
	                event->body ? json_string_value(json_object_get(event->body, "text"))
	                            : NULL);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	return query_run(query, error);
}

static bool apply_note(void *room, const Event *event, GError **error)
{
	return write_note(((Box *)room)->scratch->store, event, error);
}

static bool apply_blank(void *room, const Event *event, GError **error)
{
	Box *box = room;

	return events_blank(box->events, json_string_value(json_object_get(event->body, "event")),
	                    error);
}

static bool refuse(void *room, const Event *event, GError **error)
{
	return error_set(error, ERROR_FORBIDDEN, "Not from outside");
}

static bool apply_nothing(void *room, const Event *event, GError **error)
{
	return true;
}

static bool count_it(void *room, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(((Box *)room)->scratch->store, "count_again");

	return query_run(query, error);
}

static const EventKind KINDS[] = {
        {"note.written", 1, LOCALITY_CLOUD, apply_note, NULL, NULL, RETAIN_ALWAYS},
        {"note.blanked", 1, LOCALITY_CLOUD, apply_blank, NULL, NULL, RETAIN_ALWAYS},
        {"box.only", 1, LOCALITY_BOX, apply_nothing, refuse, NULL, RETAIN_ALWAYS},
        {0},
};
static const char *const FOLLOWED[] = {"note.written", NULL};
static const Follower FOLLOWER = {FOLLOWED, count_it};

static Events *open_events(Box *box)
{
	EventsOptions options = {box->scratch->store, box->scratch->directory};
	Events *events = events_new(&options);
	GError *error = NULL;

	box->events = events;
	events_add_kinds(events, KINDS, box);
	events_add_follower(events, &FOLLOWER, box);
	g_assert_true(events_open(events, &error));
	g_assert_no_error(error);
	return events;
}

static Box *box_new(void)
{
	Box *box = g_new0(Box, 1);

	box->scratch = scratch_new(MIGRATIONS, STATEMENTS);
	open_events(box);
	return box;
}

static void box_free(Box *box)
{
	events_free(box->events);
	scratch_free(box->scratch);
	g_free(box);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Box, box_free)

static Id append(Box *box, const char *kind, const char *subject, const char *field,
                 const char *value)
{
	g_autoptr(Event) event = event_new(&ACTOR_OF_SYSTEM, kind, "school", subject,
	                                   json_pack("{ss}", field, value));
	GError *error = NULL;

	g_assert_true(store_begin(box->scratch->store, &error));
	g_assert_true(events_append(box->events, event, &error));
	g_assert_true(store_end(box->scratch->store, true, &error));
	g_assert_true(store_commit(box->scratch->store, &error));
	g_assert_no_error(error);
	return event->id;
}

static char *text_of(Box *box, const char *id)
{
	g_autoptr(Query) query = store_query(box->scratch->store, "find_note");
	bool row;

	query_bind_text(query, ":id", id);
	g_assert_true(query_next(query, &row, NULL));
	return row ? g_strdup(query_text(query, 0)) : NULL;
}

static char *dump(Box *box)
{
	g_autoptr(Query) query = store_query(box->scratch->store, "list_notes");
	GString *out = g_string_new(NULL);
	bool row;

	while (query_next(query, &row, NULL) && row)
		g_string_append_printf(out, "%s=%s@%" G_GINT64_FORMAT "\n", query_text(query, 0),
		                       query_text(query, 1), (gint64)query_int(query, 2));
	return g_string_free(out, FALSE);
}

static void test_append_applies_and_follows(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *text = NULL;

	append(box, "note.written", "a", "text", "one");
	append(box, "note.written", "a", "text", "two");
	text = text_of(box, "a");
	g_assert_cmpstr(text, ==, "two");
	g_assert_cmpint(events_last_seq(box->events), ==, 2);
	{
		g_autoptr(Query) query = store_query(box->scratch->store, "find_count");

		g_assert_true(query_one(query, NULL));
		g_assert_cmpint(query_int(query, 0), ==, 2);
	}
}

static void test_an_undone_request_leaves_no_gap(void)
{
	g_autoptr(Box) box = box_new();
	g_autoptr(Event) event = event_new(&ACTOR_OF_SYSTEM, "note.written", "school", "b",
	                                   json_pack("{ss}", "text", "lost"));
	LogVerdict verdict;

	g_assert_true(store_begin(box->scratch->store, NULL));
	g_assert_true(events_append(box->events, event, NULL));
	g_assert_true(store_end(box->scratch->store, false, NULL));
	append(box, "note.written", "a", "text", "kept");
	g_assert_cmpint(events_last_seq(box->events), ==, 1);
	g_assert_true(events_verify(box->events, &verdict, NULL));
	g_assert_cmpint(verdict.bad_seq, ==, 0);
}

static void test_a_blanked_event_still_verifies(void)
{
	g_autoptr(Box) box = box_new();
	Id first = append(box, "note.written", "a", "text", "secret words");
	LogVerdict verdict;

	append(box, "note.blanked", "a", "event", first.text);
	g_assert_true(events_verify(box->events, &verdict, NULL));
	g_assert_cmpint(verdict.events, ==, 2);
	g_assert_cmpint(verdict.blanked, ==, 1);
	g_assert_cmpint(verdict.bad_seq, ==, 0);
}

static void test_the_chain_goes_on_after_a_restart(void)
{
	g_autoptr(Box) box = box_new();
	LogVerdict verdict;

	append(box, "note.written", "a", "text", "one");
	events_free(box->events);
	scratch_reopen(box->scratch, MIGRATIONS, STATEMENTS);
	open_events(box);
	append(box, "note.written", "a", "text", "two");
	g_assert_true(events_verify(box->events, &verdict, NULL));
	g_assert_cmpint(verdict.events, ==, 2);
	g_assert_cmpint(verdict.bad_seq, ==, 0);
}

static void test_rebuilt_rows_equal_the_live_ones(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	for (int i = 0; i < 2500; i++) {
		g_autofree char *id = g_strdup_printf("%d", i % 700);
		g_autofree char *text = g_strdup_printf("text %d", i);

		append(box, "note.written", id, "text", text);
	}
	before = dump(box);
	g_assert_true(store_begin(box->scratch->store, NULL));
	g_assert_true(events_rebuild(box->events, NULL));
	g_assert_true(store_end(box->scratch->store, true, NULL));
	g_assert_true(store_commit(box->scratch->store, NULL));
	after = dump(box);
	g_assert_cmpstr(before, ==, after);
}

/* --- Two boxes --- */

static GPtrArray *lines_of(Box *box)
{
	g_autoptr(GPtrArray) events = events_list(box->events, 0, 1000, NULL);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < events->len; i++)
		g_ptr_array_add(lines, event_to_json(events->pdata[i]));
	return lines;
}

static bool receive(Box *box, const char *line, GError **error)
{
	g_autoptr(json_t) object = json_parse(line, strlen(line), error);
	g_autoptr(Event) event = object ? event_from_json(object, error) : NULL;
	bool received;

	if (!event)
		return false;
	g_assert_true(store_begin(box->scratch->store, NULL));
	received = events_receive(box->events, event, error);
	g_assert_true(store_end(box->scratch->store, received, NULL));
	g_assert_true(store_commit(box->scratch->store, NULL));
	return received;
}

static void test_two_boxes_hold_the_same(void)
{
	g_autoptr(Box) here = box_new();
	g_autoptr(Box) there = box_new();
	g_autoptr(GPtrArray) lines = NULL;
	g_autofree char *ours = NULL;
	g_autofree char *theirs = NULL;
	GError *error = NULL;

	append(here, "note.written", "a", "text", "one");
	append(here, "note.written", "b", "text", "two");
	append(here, "note.written", "a", "text", "three");
	lines = lines_of(here);
	for (guint i = 0; i < lines->len; i++) {
		g_assert_true(receive(there, lines->pdata[i], &error));
		g_assert_true(receive(there, lines->pdata[i], &error)); /* twice is once */
	}
	g_assert_no_error(error);
	ours = dump(here);
	theirs = dump(there);
	g_assert_cmpstr(ours, ==, theirs);
}

static void test_a_gap_waits(void)
{
	g_autoptr(Box) here = box_new();
	g_autoptr(Box) there = box_new();
	g_autoptr(GPtrArray) lines = NULL;
	g_autoptr(GError) error = NULL;

	append(here, "note.written", "a", "text", "one");
	append(here, "note.written", "a", "text", "two");
	lines = lines_of(here);
	g_assert_false(receive(there, lines->pdata[1], &error));
	g_assert_true(error_is(error, ERROR_CONFLICT));
	g_assert_true(receive(there, lines->pdata[0], NULL));
	g_assert_true(receive(there, lines->pdata[1], NULL));
}

static void test_what_was_seen_comes_first(void)
{
	g_autoptr(Box) a = box_new();
	g_autoptr(Box) b = box_new();
	g_autoptr(Box) c = box_new();
	g_autoptr(GPtrArray) of_a = NULL;
	g_autoptr(GPtrArray) of_b = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	append(a, "note.written", "a", "text", "question");
	of_a = lines_of(a);
	g_assert_true(receive(b, of_a->pdata[0], NULL));
	append(b, "note.written", "a", "text", "answer");
	of_b = lines_of(b);
	g_assert_false(receive(c, of_b->pdata[1], &error));
	g_assert_true(error_is(error, ERROR_CONFLICT));
	g_assert_true(receive(c, of_a->pdata[0], NULL));
	g_assert_true(receive(c, of_b->pdata[1], NULL));
	text = text_of(c, "a");
	g_assert_cmpstr(text, ==, "answer");
}

static void test_a_changed_body_is_refused(void)
{
	g_autoptr(Box) here = box_new();
	g_autoptr(Box) there = box_new();
	g_autoptr(GPtrArray) lines = NULL;
	g_autoptr(GString) changed = NULL;
	g_autoptr(GError) error = NULL;

	append(here, "note.written", "a", "text", "pay 100");
	lines = lines_of(here);
	changed = g_string_new(lines->pdata[0]);
	g_string_replace(changed, "pay 100", "pay 999", 0);
	g_assert_false(receive(there, changed->str, &error));
	g_assert_true(error_is(error, ERROR_FORBIDDEN));
	g_assert_cmpint(events_last_seq(there->events), ==, 0);
}

static void test_what_is_not_admitted_leaves_nothing(void)
{
	g_autoptr(Box) here = box_new();
	g_autoptr(Box) there = box_new();
	g_autoptr(GPtrArray) lines = NULL;
	g_autoptr(GError) error = NULL;

	append(here, "box.only", "x", "text", "mine");
	lines = lines_of(here);
	g_assert_false(receive(there, lines->pdata[0], &error));
	g_assert_true(error_is(error, ERROR_FORBIDDEN));
	g_assert_cmpint(events_last_seq(there->events), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/events/append", test_append_applies_and_follows);
	g_test_add_func("/events/undone", test_an_undone_request_leaves_no_gap);
	g_test_add_func("/events/blanked", test_a_blanked_event_still_verifies);
	g_test_add_func("/events/restart", test_the_chain_goes_on_after_a_restart);
	g_test_add_func("/events/rebuild", test_rebuilt_rows_equal_the_live_ones);
	g_test_add_func("/events/two-boxes", test_two_boxes_hold_the_same);
	g_test_add_func("/events/gap", test_a_gap_waits);
	g_test_add_func("/events/seen", test_what_was_seen_comes_first);
	g_test_add_func("/events/changed", test_a_changed_body_is_refused);
	g_test_add_func("/events/not-admitted", test_what_is_not_admitted_leaves_nothing);
	return g_test_run();
}
