/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines before the desks. */
#include "jobs/jobs-private.h"

#include "base/crypto.h"
#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct {
	Place *place;
	GQueue jobs; /* the first one is being done */
} Line;

struct Jobs {
	Line lines[N_DESKS];
};

struct Job {
	Jobs *jobs;
	Desk desk;
	const char *kind;
	char *line; /* as it is sent; may hold a secret */
	int input;
	size_t answer_max;
	unsigned patience_s;
	JobDone done;
	void *data;
	Talk *talk; /* NULL: it stands in line */
};

static void job_free(Job *self)
{
	talk_free(self->talk);
	if (self->input >= 0)
		close(self->input);
	secret_free(self->line);
	g_free(self);
}

static void begin_next(Line *line);

static void on_done(void *data, const JobAnswer *answer, const GPtrArray *parts,
                    const GError *failure)
{
	Job *job = data;
	Line *line = &job->jobs->lines[job->desk];

	g_queue_remove(&line->jobs, job);
	if (failure && !answer)
		log_failure(LOG_WARNING, failure, "The job «%s» was not done", job->kind);
	job->done(job->data, answer, parts, failure);
	job_free(job);
	begin_next(line);
}

static void begin_next(Line *line)
{
	Job *job = g_queue_peek_head(&line->jobs);

	if (job && !job->talk) {
		const TalkOrder order = {job->line, job->input, job->answer_max, job->patience_s};

		job->talk = talk_new(line->place, &order, on_done, job);
	}
}

static char *line_of(const JobOrder *order)
{
	g_autoptr(json_t) words = order->words;

	json_object_set_new(words, "kind", json_string(order->kind));
	return json_format(words);
}

Job *jobs_add(Jobs *self, const JobOrder *order, JobDone done, void *data, GError **error)
{
	Line *line = &self->lines[order->desk];
	char *text = line_of(order);
	Job *job;

	if (g_queue_get_length(&line->jobs) > JOBS_WAITING_MAX) {
		secret_free(text);
		error_reason(error, ERROR_UNAVAILABLE, "jobs-full", NULL,
		             "Too much is being done already; try again in a moment");
		return NULL;
	}
	job = g_new0(Job, 1);
	job->jobs = self;
	job->desk = order->desk;
	job->kind = order->kind;
	job->line = text;
	job->input = order->input >= 0 ? fcntl(order->input, F_DUPFD_CLOEXEC, 3) : -1;
	job->answer_max = order->answer_max;
	job->patience_s = order->patience_s;
	job->done = done;
	job->data = data;
	g_queue_push_tail(&line->jobs, job);
	begin_next(line);
	return job;
}

void job_cancel(Job *job)
{
	Line *line = &job->jobs->lines[job->desk];

	g_queue_remove(&line->jobs, job);
	job_free(job);
	begin_next(line);
}

Jobs *jobs_new(const JobsOptions *options)
{
	Jobs *self = g_new0(Jobs, 1);

	for (int i = 0; i < N_DESKS; i++) {
		const char *path = options->places[i];

		self->lines[i].place = options->units ? place_socket_new(path)
		                                      : place_child_new(path);
		g_queue_init(&self->lines[i].jobs);
	}
	return self;
}

void jobs_free(Jobs *self)
{
	if (!self)
		return;
	for (int i = 0; i < N_DESKS; i++) {
		Job *job;

		while ((job = g_queue_pop_head(&self->lines[i].jobs)))
			job_free(job);
		self->lines[i].place->free(self->lines[i].place);
	}
	g_free(self);
}
