/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Pages of a conversation: newest, backwards, forwards, around, and cursors that are refused. */
#include "fifth.h"

#include "chats/chats-private.h"

#include <string.h>

#define MESSAGES 10

static void fill(Fifth *f, Id ret_ids[MESSAGES])
{
	for (int i = 0; i < MESSAGES; i++) {
		char text[2] = {(char)('0' + i), '\0'};

		ret_ids[i] = post(f, i % 2 ? &f->sonya : &f->teacher, &f->pupils_chat, text);
	}
}

static Answer page(Fifth *f, const char *query)
{
	return get(f, &f->dima, "/api/v1/chats/%s/messages%s", f->pupils_chat.text, query);
}

static void assert_page(const Answer *answer, const char *texts, bool older, bool newer)
{
	g_autofree char *found = texts_of(answer);

	g_assert_cmpstr(found, ==, texts);
	g_assert_true((answer_text(answer, "older_cursor") != NULL) == older);
	g_assert_true((answer_text(answer, "newer_cursor") != NULL) == newer);
}

static void test_an_empty_chat(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_auto(Answer) newest = page(f, "");
	g_auto(Answer) unread = page(f, "?around=unread");

	assert_page(&newest, "", false, false);
	assert_page(&unread, "", false, false);
}

static void test_from_the_newest_to_the_oldest_and_back(void)
{
	g_autoptr(Fifth) f = fifth_new();
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	Id ids[MESSAGES];

	fill(f, ids);
	{
		g_auto(Answer) newest = page(f, "?limit=4");

		assert_page(&newest, "6|7|8|9", true, false);
		before = g_strdup_printf("?limit=4&before=%s", answer_text(&newest, "older_cursor"));
	}
	{
		g_auto(Answer) middle = page(f, before);

		assert_page(&middle, "2|3|4|5", true, true);
		after = g_strdup_printf("?limit=4&after=%s", answer_text(&middle, "newer_cursor"));
		g_free(before);
		before = g_strdup_printf("?limit=4&before=%s", answer_text(&middle, "older_cursor"));
	}
	{
		g_auto(Answer) oldest = page(f, before);
		g_auto(Answer) again = page(f, after);

		assert_page(&oldest, "0|1", false, true);
		assert_page(&again, "6|7|8|9", true, false);
	}
}

static void test_around_a_message(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id ids[MESSAGES];
	const struct {
		int message;
		int limit;
		const char *texts;
		bool older, newer;
	} CASES[] = {
	        {5, 3, "4|5|6", true, true},    {0, 3, "0|1", false, true},
	        {9, 6, "7|8|9", true, false},   {5, 1, "5", true, true},
	        {4, 100, "0|1|2|3|4|5|6|7|8|9", false, false},
	};

	fill(f, ids);
	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *query = g_strdup_printf("?around=%s&limit=%d",
		                                         ids[CASES[i].message].text,
		                                         CASES[i].limit);
		g_auto(Answer) answer = page(f, query);

		g_test_message("%s", query);
		assert_page(&answer, CASES[i].texts, CASES[i].older, CASES[i].newer);
	}
}

static void test_around_the_first_unread(void)
{
	g_autoptr(Fifth) f = fifth_new();
	Id ids[MESSAGES];

	fill(f, ids);
	mark(f, &f->dima, &f->pupils_chat, &ids[5]);
	{
		g_auto(Answer) answer = page(f, "?around=unread&limit=3");

		assert_page(&answer, "5|6|7", true, true);
	}
	mark(f, &f->dima, &f->pupils_chat, &ids[9]);
	{
		g_auto(Answer) answer = page(f, "?around=unread&limit=3");

		assert_page(&answer, "7|8|9", true, false);
	}
}

static void test_what_is_refused(void)
{
	static const struct {
		const char *query, *reason;
		unsigned status;
	} CASES[] = {
	        {"?before=x", "bad-cursor", 400},
	        {"?before=", "bad-cursor", 400},
	        {"?after=MQ", "bad-cursor", 400},
	        /* "1.2.3", "-1.01890a5d-ac96-774b-bcce-b302099a8057.1", and one with a NUL behind */
	        {"?after=MS4yLjM", "bad-cursor", 400},
	        {"?after=LTEuMDE4OTBhNWQtYWM5Ni03NzRiLWJjY2UtYjMwMjA5OWE4MDU3LjE", "bad-cursor", 400},
	        {"?after=MS4wMTg5MGE1ZC1hYzk2LTc3NGItYmNjZS1iMzAyMDk5YTgwNTcuMQA", "bad-cursor", 400},
	        {"?around=x", "bad-id", 400},
	        {"?around=01890a5d-ac96-774b-bcce-b302099a8057", "not-found", 404},
	        {"?limit=0", "invalid", 400},
	        {"?limit=101", "invalid", 400},
	        {"?from=1", "unknown-field", 400},
	        {"?around=unread&before=x", "invalid", 400},
	};
	g_autoptr(Fifth) f = fifth_new();

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *rest = g_strconcat("/messages", CASES[i].query, NULL);
		g_autofree char *path = chat_path(&f->pupils_chat, rest);

		assert_refused(f, &f->dima, "GET", path, NULL, CASES[i].status, CASES[i].reason);
	}
}

static void test_a_cursor_is_a_place(void)
{
	const Place place = {G_MAXINT64, id_new(), 17};
	g_autofree char *cursor = place_format(&place);
	GError *error = NULL;
	Place again;

	g_assert_true(place_parse(cursor, "before", &again, &error));
	g_assert_no_error(error);
	g_assert_true(again.hlc == place.hlc && id_equal(&again.origin, &place.origin) &&
	              again.origin_seq == 17);
}

/* Places with one clock are ordered by their origin, and no page loses or repeats one. */
static void test_equal_clocks_page_one_by_one(void)
{
	const int64_t now_ms = clock_wall_ms() + 1000;
	g_autoptr(Fifth) f = fifth_new();
	g_autoptr(Rooms) other = rooms_open(NULL);
	Actor sonya;
	g_autofree char *query = g_strdup("?limit=1");
	g_autoptr(GString) seen = g_string_new(NULL);
	GError *error = NULL;
	Id id;

	rooms_carry(f->rooms, other);
	events_pretend_now(f->rooms->events, now_ms);
	events_pretend_now(other->events, now_ms);
	post(f, &f->teacher, &f->pupils_chat, "a");
	post(f, &f->teacher, &f->pupils_chat, "b");
	sonya = actor_of(other, &f->sonya);
	for (int i = 0; i < 2; i++) {
		rooms_begin(other);
		chats_post(other->chats, &sonya, f->pupils_chat.text, i ? "d" : "c", NULL, NULL,
		           &id, &error);
		g_assert_no_error(error);
		rooms_end(other, true);
	}
	rooms_carry(other, f->rooms);
	for (int i = 0; query; i++) {
		g_auto(Answer) answer = page(f, query);
		const char *cursor = answer_text(&answer, "older_cursor");

		g_string_append(seen, answer_text(&answer, "items.0.text"));
		g_clear_pointer(&query, g_free);
		if (cursor)
			query = g_strdup_printf("?limit=1&before=%s", cursor);
	}
	g_assert_true(strcmp(seen->str, "dbca") == 0 || strcmp(seen->str, "bdac") == 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/pages/empty", test_an_empty_chat);
	g_test_add_func("/chats/pages/walk", test_from_the_newest_to_the_oldest_and_back);
	g_test_add_func("/chats/pages/around", test_around_a_message);
	g_test_add_func("/chats/pages/unread", test_around_the_first_unread);
	g_test_add_func("/chats/pages/refused", test_what_is_refused);
	g_test_add_func("/chats/pages/cursor", test_a_cursor_is_a_place);
	g_test_add_func("/chats/pages/equal-clocks", test_equal_clocks_page_one_by_one);
	return g_test_run();
}
