/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urokd and the worker of one job (urok-papers, urok-errands) say to each other over one
 * connection. The worker says that it is there; then a line of JSON with what is to be done comes,
 * perhaps with a descriptor to read from; a line with the outcome goes, then the bytes that it
 * names, then the connection ends. In words: docs/job-protocol.md. */
#pragma once

#include "base/json.h"

#define JOB_LINE_MAX  (64 * 1024) /* bytes, without the newline */
#define JOB_PARTS_MAX 4
#define JOB_READY     "{\"ready\":1}" /* the protocol's number */

typedef struct {
	char *reason; /* NULL: done; else a stable slug, as of problem types */
	char *detail; /* for the journal: never names, addresses or secrets; may be NULL */
	json_t *facts; /* an object, the kind of job's own; NULL when there is a reason */
	size_t sizes[JOB_PARTS_MAX]; /* bytes of the parts that follow the line */
	unsigned n_parts;
} JobAnswer;

/* A line without its newline. INVALID for anything that is not exactly an answer. */
JobAnswer *job_answer_parse(const char *line, size_t length, GError **error);
char *job_answer_format(const JobAnswer *self);
void job_answer_free(JobAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JobAnswer, job_answer_free)

/* The job's line, with its newline, and a descriptor (-1: none) in one message. False: errno. */
bool job_send(int fd, const char *line, int input);
/* Some of what the other one sent: bytes, 0 at the end, -1 with errno. A descriptor that came along
 * replaces *input, which is closed. */
ssize_t job_receive(int fd, char *buffer, size_t size, int *input);
