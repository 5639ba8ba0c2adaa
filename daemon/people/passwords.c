/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The queue of passwords to hash: a thread at a time, so that 19 MiB are used once. */
#include "people/passwords.h"

#include <gio/gio.h>
#include <string.h>

typedef struct {
	char *password;
	char *known; /* the hash to check against; NULL to check: nobody's */
	bool is_check;
	bool right;
	char hash[PASSWORD_HASH_SIZE];
	PasswordDone done;
	void *data;
} Job;

struct Passwords {
	GQueue waiting;
	GTask *running;
	bool closed; /* freed when the running one comes back */
};

static void job_free(void *data)
{
	Job *job = data;

	secret_free(job->password);
	g_free(job->known);
	g_free(job);
}

static void work(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
	Job *job = data;

	if (job->is_check)
		job->right = password_check(job->password, job->known);
	else
		job->right = password_hash(job->password, job->hash);
	g_task_return_boolean(task, TRUE);
}

static void start_next(Passwords *self);

static void on_worked(GObject *source, GAsyncResult *result, gpointer data)
{
	Passwords *self = data;
	g_autoptr(GTask) task = g_steal_pointer(&self->running);
	Job *job = g_task_get_task_data(task);

	if (self->closed) {
		g_free(self);
		return;
	}
	start_next(self);
	job->done(job->data, job->right, job->right && !job->is_check ? job->hash : NULL);
}

static void start_next(Passwords *self)
{
	Job *job;

	if (self->running)
		return;
	job = g_queue_pop_head(&self->waiting);
	if (!job)
		return;
	self->running = g_task_new(NULL, NULL, on_worked, self);
	g_task_set_task_data(self->running, job, job_free);
	g_task_run_in_thread(self->running, work);
}

Passwords *passwords_new(void)
{
	Passwords *self = g_new0(Passwords, 1);

	g_queue_init(&self->waiting);
	return self;
}

static void give_up(Job *job)
{
	PasswordDone done = job->done;

	job->done = NULL;
	done(job->data, false, NULL);
}

void passwords_free(Passwords *self)
{
	Job *job;

	if (!self)
		return;
	self->closed = true;
	if (self->running)
		give_up(g_task_get_task_data(self->running));
	while ((job = g_queue_pop_head(&self->waiting))) {
		give_up(job);
		job_free(job);
	}
	if (!self->running)
		g_free(self);
}

static bool queue_job(Passwords *self, Job *job, GError **error)
{
	if (g_queue_get_length(&self->waiting) >= PASSWORD_QUEUE_MAX) {
		job_free(job);
		error_set(error, ERROR_BUSY, "Too many people sign in at once; try again soon");
		if (error)
			error_set_retry_after(*error, 5);
		return false;
	}
	g_queue_push_tail(&self->waiting, job);
	start_next(self);
	return true;
}

bool passwords_check(Passwords *self, const char *password, const char *hash, PasswordDone done,
		     void *data, GError **error)
{
	Job *job = g_new0(Job, 1);

	job->is_check = true;
	job->password = g_strdup(password);
	job->known = g_strdup(hash);
	job->done = done;
	job->data = data;
	return queue_job(self, job, error);
}

bool passwords_hash(Passwords *self, const char *password, PasswordDone done, void *data,
		    GError **error)
{
	Job *job = g_new0(Job, 1);

	job->password = g_strdup(password);
	job->done = done;
	job->data = data;
	return queue_job(self, job, error);
}
