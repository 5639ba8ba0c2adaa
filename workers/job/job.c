/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One job from its line to its answer. Everything blocks: there is nothing else to do. */
#include "job.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define CONNECTION STDIN_FILENO

#if defined(__SANITIZE_ADDRESS__)
#define LIMITS_ADDRESSES false /* its shadow takes terabytes of them */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LIMITS_ADDRESSES false
#endif
#endif
#ifndef LIMITS_ADDRESSES
#define LIMITS_ADDRESSES true
#endif

static void lower(int what, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)what, &limit) != 0)
		return;
	limit.rlim_cur = MIN(limit.rlim_cur, most);
	limit.rlim_max = MIN(limit.rlim_max, most);
	/* A unit has them lower already and lets nobody change them. */
	(void)setrlimit((__rlimit_resource_t)what, &limit);
}

static void limit(const JobLimits *limits)
{
	if (LIMITS_ADDRESSES)
		lower(RLIMIT_AS, limits->memory_bytes);
	lower(RLIMIT_CPU, limits->cpu_s);
	lower(RLIMIT_CORE, 0);
}

static bool send_all(const char *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(CONNECTION, data, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		data += sent;
		size -= (size_t)sent;
	}
	return true;
}

/* The kernel's signal that a connection has news ends a process that does not catch it: from here on
 * the only news is that nobody waits for the outcome any more. */
static void end_with_connection(bool yes)
{
	int flags = fcntl(CONNECTION, F_GETFL);

	signal(SIGIO, yes ? SIG_DFL : SIG_IGN);
	fcntl(CONNECTION, F_SETOWN, getpid());
	fcntl(CONNECTION, F_SETFL, yes ? flags | O_ASYNC : flags & ~O_ASYNC);
}

static bool has_ended(void)
{
	char byte;

	return recv(CONNECTION, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static json_t *take_line(int *ret_input, GError **error)
{
	g_autofree char *line = g_malloc(JOB_LINE_MAX + 1);
	size_t had = 0;

	while (had <= JOB_LINE_MAX) {
		ssize_t got = job_receive(CONNECTION, line + had, JOB_LINE_MAX + 1 - had, ret_input);
		char *end = got > 0 ? memchr(line + had, '\n', (size_t)got) : NULL;

		if (got <= 0)
			return error_null(error, ERROR_INVALID, "No job came");
		had += (size_t)got;
		if (end && end != line + had - 1)
			return error_null(error, ERROR_INVALID, "There is more than one job");
		if (end)
			return json_parse(line, had - 1, error);
	}
	return error_null(error, ERROR_TOO_LARGE, "The job's line is too long");
}

static bool answer(const JobResult *result, const GError *failure)
{
	g_autoptr(JobAnswer) self = g_new0(JobAnswer, 1);
	g_autofree char *line = NULL;

	if (failure) {
		self->reason = g_strdup(error_reason_of(failure));
		self->detail = g_strdup(failure->message);
	} else {
		self->facts = json_incref(result->facts);
		for (guint i = 0; i < result->parts->len; i++)
			self->sizes[self->n_parts++] = g_bytes_get_size(result->parts->pdata[i]);
	}
	line = job_answer_format(self);
	if (!send_all(line, strlen(line)) || !send_all("\n", 1))
		return false;
	for (unsigned i = 0; i < self->n_parts; i++) {
		size_t size;
		const char *data = g_bytes_get_data(result->parts->pdata[i], &size);

		if (!send_all(data, size))
			return false;
	}
	return true;
}

static bool run(const JobKind kinds[], json_t *job, int input, JobResult *result, GError **error)
{
	g_autofree char *name = g_strdup(json_string_value(json_object_get(job, "kind")));

	json_object_del(job, "kind");
	for (const JobKind *kind = kinds; name && kind->name; kind++) {
		if (strcmp(kind->name, name) != 0)
			continue;
		if (kind->takes_input != (input >= 0))
			return error_set(error, ERROR_INVALID, "The job's input is not as it must be");
		return kind->run(job, input, result, error);
	}
	return error_reason(error, ERROR_INVALID, "no-such-job", "kind", "There is no such job here");
}

static int do_job(const JobKind kinds[])
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autoptr(json_t) facts = json_object();
	g_autoptr(json_t) job = NULL;
	g_autoptr(GError) failure = NULL;
	JobResult result = {facts, parts};
	int input = -1;
	bool said;

	if (!send_all(JOB_READY "\n", strlen(JOB_READY) + 1))
		return EX_IOERR;
	job = take_line(&input, &failure);
	end_with_connection(true);
	if (job && !has_ended())
		run(kinds, job, input, &result, &failure);
	end_with_connection(false);
	said = answer(&result, failure);
	if (input >= 0)
		close(input);
	return said ? EX_OK : EX_IOERR;
}

int job_serve(const char *program, const JobKind kinds[], const JobLimits *limits, int argc,
              char **argv)
{
	int kind = 0;
	socklen_t size = sizeof kind;

	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", program, UROK_VERSION);
		return EX_OK;
	}
	if (argc != 1 || getsockopt(CONNECTION, SOL_SOCKET, SO_TYPE, &kind, &size) != 0 ||
	    kind != SOCK_STREAM) {
		fprintf(stderr, "%s does one job from a socket that urokd gives it; see %s(8).\n",
		        program, program);
		return EX_USAGE;
	}
	log_open(LOG_INFO);
	limit(limits);
	return do_job(kinds);
}
