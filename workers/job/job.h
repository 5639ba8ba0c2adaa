/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The life of a worker that does one job: taken from the connection that is its standard input,
 * done, answered, over. */
#pragma once

#include "wire/job.h"

/* What came out of a job. */
typedef struct {
	json_t *facts;    /* an object that the job may add to */
	GPtrArray *parts; /* of GBytes: at most JOB_PARTS_MAX; the job adds, this owns */
} JobResult;

typedef struct {
	const char *name;
	bool takes_input; /* a descriptor to read from */
	/* False: the error's reason and sentence are the answer. `job` has its "kind" taken out. */
	bool (*run)(const json_t *job, int input, JobResult *result, GError **error);
} JobKind;

typedef struct {
	size_t memory_bytes; /* of addresses: what is over it fails to be had */
	unsigned cpu_s;
} JobLimits;

/* main()'s whole work: kinds ends with {0}. Returns the process's status. Who gives the job may
 * hang up at any time: that ends the process. */
int job_serve(const char *program, const JobKind kinds[], const JobLimits *limits, int argc,
              char **argv);
