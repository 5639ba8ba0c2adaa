/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests that write: the reply that waits for the commit, what an Idempotency-Key gets, and
 * requests that are held. */
#include "talk.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define DAY_MS (24 * 3600 * 1000LL)

static void assert_problem(const Answer *answer, unsigned status, const char *reason)
{
	g_autofree char *found = reason_of(answer);

	g_assert_cmpuint(answer->status, ==, status);
	g_assert_cmpstr(found, ==, reason);
}

static void send_post(int fd, const char *extra, const char *body)
{
	g_autofree char *text = post_text("/api/v1/notes", extra, body);

	put(fd, text);
}

static void wait_for_handled(const School *school, unsigned count)
{
	while (school->handled < count)
		g_main_context_iteration(NULL, TRUE);
}

/* --- The commit --- */

static void test_a_reply_leaves_after_the_commit(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_REST);
	g_autoptr(Answer) answer = NULL;

	send_post(fd, NULL, "{\"id\":\"a\"}");
	wait_for_handled(school, 1);
	/* On a slow machine the turn is over already. */
	g_assert_true(!is_readable(fd) || count_notes(school) == 1);
	answer = hear(fd);
	hang_up(fd);
	g_assert_cmpuint(answer->status, ==, 201);
	g_assert_cmpint(count_notes(school), ==, 1);
}

static void test_a_refused_request_is_undone_alone(void)
{
	g_autoptr(School) school = school_new();
	int good = dial(school, SOCKET_REST);
	int bad = dial(school, SOCKET_REST);
	g_autoptr(Answer) kept = NULL;
	g_autoptr(Answer) refused = NULL;

	send_post(good, NULL, "{\"id\":\"a\"}");
	send_post(bad, NULL, "{\"id\":\"b\",\"refuse\":true}");
	kept = hear(good);
	refused = hear(bad);
	hang_up(good);
	hang_up(bad);
	g_assert_cmpuint(kept->status, ==, 201);
	g_assert_cmpuint(refused->status, ==, 409);
	g_assert_cmpint(count_notes(school), ==, 1);
}

static void test_many_at_once(void)
{
	enum { MANY = 100 };
	g_autoptr(School) school = school_new();
	int fds[MANY];

	for (int i = 0; i < MANY; i++) {
		g_autofree char *body = g_strdup_printf("{\"id\":\"%d\"}", i);

		fds[i] = dial(school, SOCKET_REST);
		send_post(fds[i], NULL, body);
	}
	for (int i = 0; i < MANY; i++) {
		g_autoptr(Answer) answer = hear(fds[i]);

		g_assert_cmpuint(answer->status, ==, 201);
		hang_up(fds[i]);
	}
	g_assert_cmpint(count_notes(school), ==, MANY);
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
	limit.rlim_cur = size;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

static void test_a_failed_commit_is_told(void)
{
	g_autoptr(School) school = school_new();
	g_autofree char *blanks = g_strnfill(100000, 'x');
	g_autofree char *first = g_strdup_printf("{\"id\":\"a\",\"text\":\"%s\"}", blanks);
	g_autofree char *second = g_strdup_printf("{\"id\":\"b\",\"text\":\"%s\"}", blanks);
	int fds[] = {dial(school, SOCKET_REST), dial(school, SOCKET_REST)};

	limit_files(65536);
	send_post(fds[0], "Idempotency-Key: k\r\n", first);
	send_post(fds[1], NULL, second);
	for (int i = 0; i < 2; i++) {
		g_autoptr(Answer) answer = hear(fds[i]);
		g_autofree char *cookie = header_of(answer, "Set-Cookie");

		g_assert_true(answer->status == 507 || answer->status == 503);
		g_assert_null(cookie);
		hang_up(fds[i]);
	}
	g_assert_cmpint(count_notes(school), ==, 0);
	limit_files(RLIM_INFINITY);
	for (int i = 0; i < 2; i++) {
		g_autoptr(Answer) answer =
		        ask_post(school, "/api/v1/notes", i ? NULL : "Idempotency-Key: k\r\n",
		                 i ? second : first);

		g_assert_cmpuint(answer->status, ==, 201);
	}
	g_assert_cmpint(count_notes(school), ==, 2);
}

/* What it was refused for was another's of the same turn, and is not there. */
static void test_a_refusal_waits_for_the_commit(void)
{
	g_autoptr(School) school = school_new();
	g_autofree char *blanks = g_strnfill(100000, 'x');
	g_autofree char *first = g_strdup_printf("{\"id\":\"a\",\"text\":\"%s\"}", blanks);
	int lost = dial(school, SOCKET_REST);
	int refused = dial(school, SOCKET_REST);
	g_autoptr(Answer) answer = NULL;

	limit_files(65536);
	send_post(lost, NULL, first);
	wait_for_handled(school, 1);
	send_post(refused, NULL, "{\"id\":\"a\"}");
	answer = hear(refused);
	limit_files(RLIM_INFINITY);
	hang_up(lost);
	hang_up(refused);
	/* On a slow machine the first turn may be over before the second request: then it is let in. */
	g_assert_cmpint(count_notes(school), ==, answer->status == 201);
	g_assert_cmpuint(answer->status, !=, 409);
}

static void test_a_client_that_leaves_before_the_commit(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_REST);
	g_autoptr(Answer) next = NULL;

	send_post(fd, NULL, "{\"id\":\"a\"}");
	wait_for_handled(school, 1);
	hang_up(fd);
	next = ask_post(school, "/api/v1/notes", NULL, "{\"id\":\"b\"}");
	g_assert_cmpuint(next->status, ==, 201);
	g_assert_cmpint(count_notes(school), ==, 2);
}

/* The loop always has a reader at hand; the writer is answered all the same. */
static void test_readers_do_not_keep_a_turn_open(void)
{
	enum { READERS = 24, EACH = 150 };
	g_autoptr(School) school = school_new();
	g_autoptr(GString) gets = g_string_new(NULL);
	int fds[READERS];
	int writer = dial(school, SOCKET_REST);
	g_autoptr(Answer) answer = NULL;

	for (int i = 0; i < EACH; i++)
		g_string_append(gets, "GET /api/v1/list HTTP/1.1\r\nHost: x\r\n\r\n");
	for (int i = 0; i < READERS; i++) {
		fds[i] = dial(school, SOCKET_REST);
		put(fds[i], gets->str);
	}
	send_post(writer, NULL, "{\"id\":\"a\"}");
	answer = hear(writer);
	g_assert_cmpuint(answer->status, ==, 201);
	g_assert_cmpuint(school->listed, <, READERS * EACH);
	for (int i = 0; i < READERS; i++)
		hang_up(fds[i]);
	hang_up(writer);
}

static void test_a_route_that_reads_takes_no_turn(void)
{
	g_autoptr(School) school = school_new();
	g_autoptr(Answer) answer = ask_post(school, "/api/v1/probes", NULL, "{}");

	g_assert_cmpuint(answer->status, ==, 201);
}

/* --- Idempotency-Key --- */

static char *post_with(School *school, const char *path, const char *key, const char *body)
{
	g_autofree char *header = g_strdup_printf("Idempotency-Key: %s\r\n", key);
	g_autoptr(Answer) answer = ask_post(school, path, header, body);

	if (answer->status >= 400) {
		g_autofree char *reason = reason_of(answer);

		return g_strdup_printf("%u %s", answer->status, reason);
	}
	return g_strdup_printf("%u %s", answer->status, answer->body);
}

static void assert_post(School *school, const char *path, const char *key, const char *body,
                        const char *found)
{
	g_autofree char *answer = post_with(school, path, key, body);

	g_assert_cmpstr(answer, ==, found);
}

static void test_a_key_answers_once_more(void)
{
	static const char PATH[] = "/api/v1/notes";
	g_autoptr(School) school = school_new();

	assert_post(school, PATH, "k 1", "{\"id\":\"a\"}", "201 {\"id\":\"a\",\"was\":0}");
	assert_post(school, PATH, "k 1", "{\"id\":\"a\"}", "201 {\"id\":\"a\",\"was\":0}");
	assert_post(school, PATH, "k 2", "{\"id\":\"b\"}", "201 {\"id\":\"b\",\"was\":1}");
	g_assert_cmpuint(school->handled, ==, 2);
	g_assert_cmpint(count_notes(school), ==, 2);
}

static void test_a_key_belongs_to_its_body(void)
{
	g_autoptr(School) school = school_new();

	assert_post(school, "/api/v1/notes", "k", "{\"id\":\"a\"}", "201 {\"id\":\"a\",\"was\":0}");
	assert_post(school, "/api/v1/notes", "k", "{\"id\":\"b\"}", "409 idempotency-mismatch");
	g_assert_cmpuint(school->handled, ==, 1);
}

static void test_a_key_belongs_to_its_person(void)
{
	g_autoptr(School) school = school_new();
	g_autoptr(Answer) answer = NULL;
	g_autoptr(Answer) console = NULL;

	assert_post(school, "/api/v1/notes", "k", "{\"id\":\"a\"}", "201 {\"id\":\"a\",\"was\":0}");
	answer = ask(school, SOCKET_REST,
	             "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
	             "Cookie: " COOKIE "=you\r\nContent-Type: application/json\r\n"
	             "Idempotency-Key: k\r\nContent-Length: 10\r\n\r\n{\"id\":\"b\"}");
	console = ask(school, SOCKET_CONTROL,
	              "POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	              "Idempotency-Key: k\r\nContent-Length: 10\r\n\r\n{\"id\":\"c\"}");
	g_assert_cmpuint(answer->status, ==, 201);
	g_assert_cmpuint(console->status, ==, 201);
	g_assert_cmpint(count_notes(school), ==, 3);
}

static void test_a_key_of_a_refused_request_is_free(void)
{
	g_autoptr(School) school = school_new();

	assert_post(school, "/api/v1/notes", "k", "{\"id\":\"a\",\"refuse\":true}",
	            "409 camera-in-use");
	assert_post(school, "/api/v1/notes", "k", "{\"id\":\"a\"}", "201 {\"id\":\"a\",\"was\":1}");
}

static void test_a_key_twice_in_one_turn(void)
{
	g_autoptr(School) school = school_new();
	int fds[] = {dial(school, SOCKET_REST), dial(school, SOCKET_REST)};

	for (int i = 0; i < 2; i++)
		send_post(fds[i], "Idempotency-Key: k\r\n", "{\"id\":\"a\"}");
	for (int i = 0; i < 2; i++) {
		g_autoptr(Answer) answer = hear(fds[i]);

		g_assert_cmpstr(answer->body, ==, "{\"id\":\"a\",\"was\":0}");
		hang_up(fds[i]);
	}
	g_assert_cmpuint(school->handled, ==, 1);
}

static void test_bad_keys(void)
{
	static const char *const KEYS[] = {
	        "", "\xd0\xb6", "a\tb",
	        "12345678901234567890123456789012345678901234567890123456789012345"};
	g_autoptr(School) school = school_new();

	for (size_t i = 0; i < G_N_ELEMENTS(KEYS); i++)
		assert_post(school, "/api/v1/notes", KEYS[i], "{\"id\":\"a\"}", "400 invalid");
	g_assert_cmpuint(school->handled, ==, 0);
}

static void test_secrets_are_not_stored(void)
{
	g_autoptr(School) school = school_new();

	assert_post(school, "/api/v1/secrets", "k", "{\"id\":\"a\"}",
	            "201 {\"id\":\"a\",\"was\":0}");
	assert_post(school, "/api/v1/secrets", "k", "{\"id\":\"b\"}",
	            "201 {\"id\":\"b\",\"was\":1}");
}

static void put_old(School *school, const char *key, int64_t made_ms)
{
	g_autoptr(Query) query = NULL;

	g_assert_true(store_begin(school->scratch->store, NULL));
	query = store_query(school->scratch->store, "add_stored_reply");
	query_bind_text(query, ":actor", PERSON);
	query_bind_text(query, ":key", key);
	query_bind_blob(query, ":digest", "?", 1);
	query_bind_int(query, ":status", 201);
	query_bind_text(query, ":body", "{\"old\":true}");
	query_bind_int(query, ":made_ms", made_ms);
	g_assert_true(query_run(query, NULL));
	g_clear_pointer(&query, query_end);
	g_assert_true(store_end(school->scratch->store, true, NULL));
	g_assert_true(store_commit(school->scratch->store, NULL));
}

static void test_keys_grow_old(void)
{
	g_autoptr(School) school = school_new();
	g_autoptr(Query) query = NULL;
	bool found = true;

	put_old(school, "k", g_get_real_time() / 1000 - DAY_MS - 1000);
	put_old(school, "l", g_get_real_time() / 1000 - DAY_MS - 1000);
	assert_post(school, "/api/v1/notes", "k", "{\"id\":\"a\"}", "201 {\"id\":\"a\",\"was\":0}");
	query = store_query(school->scratch->store, "find_stored_reply");
	query_bind_text(query, ":actor", PERSON);
	query_bind_text(query, ":key", "l");
	query_bind_int(query, ":since_ms", 0);
	g_assert_true(query_next(query, &found, NULL));
	g_assert_false(found);
}

/* --- Held requests --- */

static bool answer_held(void *room, Request *request, GError **error)
{
	request_reply_json(request, 200, "{\"held\":true}");
	return true;
}

static bool write_held(void *room, Request *request, GError **error)
{
	School *school = room;

	g_assert_true(store_is_writing(school->scratch->store));
	if (!add_note(school, "held", "", error))
		return false;
	request_reply_json(request, 201, "{}");
	return true;
}

static bool refuse_held(void *room, Request *request, GError **error)
{
	(void)add_note(room, "held", "", NULL);
	return error_set(error, ERROR_CONFLICT, "No");
}

static const char GET_PLAYLIST[] = "GET /live/kabinet/index.m3u8?_HLS_msn=1 HTTP/1.1\r\n"
                                   "Host: x\r\n\r\n";

static void test_held_requests_are_answered_together(void)
{
	enum { MANY = 100 };
	g_autoptr(School) school = school_new();
	int fds[MANY];

	for (int i = 0; i < MANY; i++) {
		fds[i] = dial(school, SOCKET_REST);
		put(fds[i], GET_PLAYLIST);
	}
	wait_for_count(school->held, MANY);
	for (int i = 0; i < MANY; i++)
		request_resume(school->held->pdata[i], answer_held, school);
	for (int i = 0; i < MANY; i++) {
		g_autoptr(Answer) answer = hear(fds[i]);

		g_assert_cmpstr(answer->body, ==, "{\"held\":true}");
		hang_up(fds[i]);
	}
}

static bool hold_again(void *room, Request *request, GError **error)
{
	School *school = room;

	g_ptr_array_add(school->held, request);
	request_hold(request, NULL, NULL);
	return true;
}

static void test_a_request_may_be_held_again(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_REST);
	g_autoptr(Answer) answer = NULL;

	put(fd, GET_PLAYLIST);
	wait_for_count(school->held, 1);
	request_resume(school->held->pdata[0], hold_again, school);
	request_resume(school->held->pdata[1], answer_held, school);
	answer = hear(fd);
	hang_up(fd);
	g_assert_cmpuint(answer->status, ==, 200);
}

static void test_a_gone_client_is_noticed(void)
{
	g_autoptr(School) school = school_new();
	int first = dial(school, SOCKET_REST);
	int second = dial(school, SOCKET_REST);
	g_autoptr(Answer) answer = NULL;

	put(first, GET_PLAYLIST);
	wait_for_count(school->held, 1);
	put(second, GET_PLAYLIST);
	wait_for_count(school->held, 2);
	hang_up(first);
	wait_for_end(school->held, 0);
	request_resume(school->held->pdata[1], answer_held, school);
	answer = hear(second);
	hang_up(second);
	g_assert_cmpuint(answer->status, ==, 200);
}

static void test_a_half_closed_client_is_answered(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_REST);
	g_autoptr(Answer) answer = NULL;

	put(fd, GET_PLAYLIST);
	shutdown(fd, SHUT_WR);
	wait_for_count(school->held, 1);
	request_resume(school->held->pdata[0], answer_held, school);
	answer = hear(fd);
	hang_up(fd);
	g_assert_cmpuint(answer->status, ==, 200);
}

static int post_slow(School *school)
{
	g_autofree char *text = post_text("/api/v1/slow", NULL, "{}");
	int fd = dial(school, SOCKET_REST);

	put(fd, text);
	wait_for_count(school->held, 1);
	g_assert_true(store_commit(school->scratch->store, NULL));
	return fd;
}

static void test_a_held_write_has_its_own_savepoint(void)
{
	g_autoptr(School) school = school_new();
	int fd = post_slow(school);
	g_autoptr(Answer) answer = NULL;

	request_resume(school->held->pdata[0], write_held, school);
	g_assert_cmpint(count_notes(school), ==, 0);
	answer = hear(fd);
	hang_up(fd);
	g_assert_cmpuint(answer->status, ==, 201);
	g_assert_cmpint(count_notes(school), ==, 1);
}

static bool on_outer_commit(void *room, int64_t number, const GPtrArray *changes, GError **error)
{
	return true;
}

static void on_outer_wait(void *room)
{
	store_sink_answer(((School *)room)->scratch->store, NULL);
}

static void on_outer_behind(void *room)
{
	g_assert_not_reached();
}

/* Who resumes frees what the handler works on right afterwards. */
static void test_a_resumed_write_does_not_outlive_its_call(void)
{
	static const TurnSink SINK = {on_outer_commit, on_outer_wait, on_outer_behind};
	g_autoptr(School) school = school_new();
	int fd = post_slow(school);
	int other = dial(school, SOCKET_REST);
	School *borrowed = g_memdup2(school, sizeof *school);
	g_autoptr(Answer) answer = NULL;

	g_assert_true(store_set_sink(school->scratch->store, &SINK, school, NULL));
	send_post(other, "Idempotency-Key: a\r\n", "{\"id\":\"a\"}");
	while (!store_is_settling(school->scratch->store) && !is_readable(other))
		g_main_context_iteration(NULL, TRUE);
	g_assert_true(store_is_settling(school->scratch->store));
	request_resume(school->held->pdata[0], write_held, borrowed);
	g_free(borrowed);
	g_assert_true(store_commit(school->scratch->store, NULL));
	answer = hear(fd);
	hang_up(fd);
	hang_up(other);
	g_assert_cmpuint(answer->status, ==, 201);
	g_assert_cmpint(count_notes(school), ==, 2);
}

static void test_a_held_write_may_be_refused(void)
{
	g_autoptr(School) school = school_new();
	int fd = post_slow(school);
	g_autoptr(Answer) answer = NULL;

	request_resume(school->held->pdata[0], refuse_held, school);
	answer = hear(fd);
	hang_up(fd);
	assert_problem(answer, 409, "conflict");
	g_assert_cmpint(count_notes(school), ==, 0);
}

static void test_rights_are_judged_again(void)
{
	g_autoptr(School) school = school_new();
	int fd = post_slow(school);
	g_autoptr(Answer) answer = NULL;

	school->signed_out = true;
	request_resume(school->held->pdata[0], write_held, school);
	answer = hear(fd);
	hang_up(fd);
	assert_problem(answer, 401, "unauthenticated");
	g_assert_cmpint(count_notes(school), ==, 0);
}

static void test_the_end_answers_who_waits(void)
{
	g_autoptr(School) school = school_new();
	int held = dial(school, SOCKET_REST);
	int wrote = dial(school, SOCKET_REST);
	g_autoptr(Answer) of_held = NULL;
	g_autoptr(Answer) of_wrote = NULL;

	put(held, GET_PLAYLIST);
	wait_for_count(school->held, 1);
	send_post(wrote, NULL, "{\"id\":\"a\"}");
	wait_for_handled(school, 1);
	g_clear_pointer(&school->http, http_free);
	g_assert_null(school->held->pdata[0]);
	of_held = hear(held);
	of_wrote = hear(wrote);
	hang_up(held);
	hang_up(wrote);
	assert_problem(of_held, 503, "unavailable");
	g_assert_cmpuint(of_wrote->status, ==, 201);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http/held/settling", test_a_resumed_write_does_not_outlive_its_call);
	g_test_add_func("/http/commit/after", test_a_reply_leaves_after_the_commit);
	g_test_add_func("/http/commit/refused", test_a_refused_request_is_undone_alone);
	g_test_add_func("/http/commit/many", test_many_at_once);
	g_test_add_func("/http/commit/failed", test_a_failed_commit_is_told);
	g_test_add_func("/http/commit/refusal", test_a_refusal_waits_for_the_commit);
	g_test_add_func("/http/commit/left", test_a_client_that_leaves_before_the_commit);
	g_test_add_func("/http/commit/readers", test_readers_do_not_keep_a_turn_open);
	g_test_add_func("/http/commit/reads", test_a_route_that_reads_takes_no_turn);
	g_test_add_func("/http/key/again", test_a_key_answers_once_more);
	g_test_add_func("/http/key/body", test_a_key_belongs_to_its_body);
	g_test_add_func("/http/key/person", test_a_key_belongs_to_its_person);
	g_test_add_func("/http/key/refused", test_a_key_of_a_refused_request_is_free);
	g_test_add_func("/http/key/turn", test_a_key_twice_in_one_turn);
	g_test_add_func("/http/key/bad", test_bad_keys);
	g_test_add_func("/http/key/secret", test_secrets_are_not_stored);
	g_test_add_func("/http/key/old", test_keys_grow_old);
	g_test_add_func("/http/held/together", test_held_requests_are_answered_together);
	g_test_add_func("/http/held/again", test_a_request_may_be_held_again);
	g_test_add_func("/http/held/gone", test_a_gone_client_is_noticed);
	g_test_add_func("/http/held/half-closed", test_a_half_closed_client_is_answered);
	g_test_add_func("/http/held/savepoint", test_a_held_write_has_its_own_savepoint);
	g_test_add_func("/http/held/refused", test_a_held_write_may_be_refused);
	g_test_add_func("/http/held/rights", test_rights_are_judged_again);
	g_test_add_func("/http/held/end", test_the_end_answers_who_waits);
	return g_test_run();
}
