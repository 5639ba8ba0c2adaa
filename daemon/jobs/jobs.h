/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Work that urokd does not do itself: each job goes to a short-lived program of its own, which has
 * walls where the daemon has none. One at a time a desk; the others stand in line. */
#pragma once

#include "wire/job.h"

typedef struct Jobs Jobs;
typedef struct Job Job;

/* urok-papers reads what people sent, and has no network; urok-errands speaks to the outside, and has
 * no files: to the mail server at one desk, to the cloud at others, as each may take its time, and a
 * large file more than a question. */
typedef enum {
	DESK_PAPERS,
	DESK_LETTERS,
	DESK_QUESTIONS,
	DESK_FILES,
	N_DESKS,
} Desk;

#define JOBS_WAITING_MAX 16 /* a desk */

typedef struct {
	bool units; /* connect to systemd's sockets; else start the programs as children */
	const char *places[N_DESKS]; /* the sockets' or the programs' paths; copied */
} JobsOptions;

Jobs *jobs_new(const JobsOptions *options);
void jobs_free(Jobs *self); /* those that are left are cancelled */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Jobs, jobs_free)

typedef struct {
	Desk desk;
	const char *kind;  /* "picture"; a literal */
	json_t *words;     /* an object with what the kind of job needs; stolen */
	int input;         /* a descriptor to read from, duplicated; -1: none */
	size_t answer_max; /* bytes of all parts together */
	unsigned patience_s; /* from the moment that it is its turn */
} JobOrder;

/* From the loop, once; the job is gone after it. failure NULL: done, answer and parts (of GBytes)
 * are borrowed. Else INVALID when the worker refused what it was given: answer has its reason;
 * UNAVAILABLE: it broke down, took too long, or could not be reached; answer is NULL. */
typedef void (*JobDone)(void *data, const JobAnswer *answer, const GPtrArray *parts,
                        const GError *failure);

/* NULL: UNAVAILABLE jobs-full. */
Job *jobs_add(Jobs *self, const JobOrder *order, JobDone done, void *data, GError **error);
/* No callback follows. A job that is being done is ended. */
void job_cancel(Job *job);
