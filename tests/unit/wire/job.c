/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of a job: what is an answer and what is none, and a descriptor that comes along. */
#include "wire/job.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void test_answers_come_back(void)
{
	g_autoptr(json_t) facts = json_pack("{s:s}", "type", "image/webp");
	JobAnswer said = {.facts = facts, .sizes = {10, 0, 7}, .n_parts = 3};
	g_autofree char *line = job_answer_format(&said);
	g_autoptr(JobAnswer) heard = job_answer_parse(line, strlen(line), NULL);

	g_assert_nonnull(heard);
	g_assert_null(heard->reason);
	g_assert_cmpuint(heard->n_parts, ==, 3);
	g_assert_cmpuint(heard->sizes[2], ==, 7);
	g_assert_true(json_equal(heard->facts, facts));
}

static void test_a_refusal_is_cut_and_clean(void)
{
	g_autofree char *long_words = g_strnfill(5000, 'x');
	JobAnswer said = {.reason = (char *)"picture-broken", .detail = (char *)"\xd0"};
	g_autofree char *line = job_answer_format(&said);
	g_autoptr(JobAnswer) heard = job_answer_parse(line, strlen(line), NULL);
	g_autofree char *longer = NULL;

	g_assert_nonnull(heard);
	g_assert_cmpstr(heard->reason, ==, "picture-broken");
	g_assert_true(g_utf8_validate(heard->detail, -1, NULL));
	said.detail = long_words;
	longer = job_answer_format(&said);
	g_assert_cmpuint(strlen(longer), <, 500);
}

static void test_what_is_no_answer(void)
{
	static const char *const LINES[] = {
		"", "{}", "[]", "{\"ready\":1}", "{\"reason\":null}", "{\"reason\":\"Ä b\"}",
		"{\"reason\":\"x\",\"facts\":{}}", "{\"reason\":\"x\",\"sizes\":[1]}",
		"{\"facts\":{},\"sizes\":[1,2,3,4,5]}", "{\"facts\":{},\"sizes\":[-1]}",
		"{\"facts\":{},\"sizes\":[1e3]}", "{\"facts\":{},\"sizes\":[99999999999]}",
		"{\"facts\":{},\"more\":1}", "{\"facts\":[]}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(LINES); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(job_answer_parse(LINES[i], strlen(LINES[i]), &error));
		g_assert_true(error_is(error, ERROR_INVALID));
	}
}

static void test_a_descriptor_comes_along(void)
{
	char text[64] = "";
	int ends[2];
	int input = -1;
	int sent = open("/dev/null", O_RDONLY | O_CLOEXEC);

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), ==, 0);
	g_assert_true(job_send(ends[0], "{\"kind\":\"picture\"}", sent));
	g_assert_cmpint(job_receive(ends[1], text, sizeof text, &input), ==, 19);
	g_assert_cmpstr(text, ==, "{\"kind\":\"picture\"}\n");
	g_assert_cmpint(input, >=, 0);
	g_assert_cmpint(input, !=, sent);
	g_assert_cmpint(fcntl(input, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
	close(input);
	close(sent);
	close(ends[0]);
	g_assert_cmpint(job_receive(ends[1], text, sizeof text, &input), ==, 0);
	close(ends[1]);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/wire/job/answers-come-back", test_answers_come_back);
	g_test_add_func("/wire/job/refusal", test_a_refusal_is_cut_and_clean);
	g_test_add_func("/wire/job/no-answer", test_what_is_no_answer);
	g_test_add_func("/wire/job/descriptor", test_a_descriptor_comes_along);
	return g_test_run();
}
