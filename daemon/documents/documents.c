/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A description goes to urok-papers as a file that is in memory alone; the PDF that comes back is the
 * held request's answer. */
#include "documents/documents-private.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_S    30
#define PDF_BYTES_MAX (8 * 1024 * 1024)
#define NAME_MAX_CHARACTERS 120
#define PLAIN_NAME_SIZE     64

struct Documents {
	Jobs *jobs;
	GPtrArray *printings; /* of Printing */
	char *(*dup_school_name)(void *room);
	void *school_room;
};

/* One held request. */
typedef struct {
	Documents *documents;
	Request *request;
	Id person; /* "": the console */
	Job *job;  /* NULL: it is done */
	char *file_name;
	GBytes *pdf; /* borrowed, while the request is answered */
	GError *failure;
} Printing;

Documents *documents_new(Jobs *jobs)
{
	Documents *self = g_new0(Documents, 1);

	self->jobs = jobs;
	self->printings = g_ptr_array_new();
	return self;
}

void documents_free(Documents *self)
{
	if (!self)
		return;
	g_ptr_array_unref(self->printings);
	g_free(self);
}

void documents_set_school_name(Documents *self, char *(*dup_name)(void *room), void *room)
{
	self->dup_school_name = dup_name;
	self->school_room = room;
}

/* --- The file's name --- */

/* What no system takes for a place, a device or an end of a header; never empty. */
static char *clean_name(const char *file_name)
{
	GString *clean = g_string_new(NULL);
	size_t characters = 0;

	for (const char *at = file_name; *at && characters < NAME_MAX_CHARACTERS;
	     at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		bool is_bad = !g_unichar_isprint(c) || (c < 128 && strchr("/\\:*?\"<>|%", (int)c));

		g_string_append_unichar(clean, is_bad ? '-' : c);
		characters++;
	}
	g_string_erase(clean, 0, (gssize)strspn(clean->str, ".- "));
	if (clean->len == 0)
		g_string_append(clean, "document.pdf");
	return g_string_free(clean, FALSE);
}

static bool is_ending(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length <= 5 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") == length;
}

/* For programs that read no other letters: the stem's slug, the ending as it is. */
static char *plain_name(const char *clean)
{
	const char *dot = strrchr(clean, '.');
	bool has_ending = dot && is_ending(dot + 1);
	g_autofree char *stem = has_ending ? g_strndup(clean, (gsize)(dot - clean))
	                                   : g_strdup(clean);
	g_autofree char *slug = text_slug(stem, PLAIN_NAME_SIZE);

	return g_strdup_printf("%s.%s", slug, has_ending ? dot + 1 : "pdf");
}

char *documents_disposition(const char *file_name)
{
	g_autofree char *clean = clean_name(file_name);
	g_autofree char *plain = plain_name(clean);
	g_autofree char *encoded = g_uri_escape_string(clean, NULL, FALSE);

	return g_strdup_printf("attachment; filename=\"%s\"; filename*=UTF-8''%s", plain, encoded);
}

/* --- Its way --- */

static void printing_free(Printing *self)
{
	g_ptr_array_remove_fast(self->documents->printings, self);
	g_free(self->file_name);
	g_clear_error(&self->failure);
	g_free(self);
}

static void on_gone(void *data)
{
	Printing *self = data;

	if (self->job)
		job_cancel(self->job);
	printing_free(self);
}

static bool answer(void *room, Request *request, GError **error)
{
	Printing *self = room;
	g_autofree char *disposition = NULL;

	if (self->failure) {
		g_propagate_error(error, g_steal_pointer(&self->failure));
		return false;
	}
	disposition = documents_disposition(self->file_name);
	request_add_header(request, "Content-Disposition", disposition);
	request_reply_bytes(request, 200, "application/pdf", self->pdf);
	return true;
}

static bool refuse(const JobAnswer *job_answer, GError **error)
{
	if (job_answer && g_strcmp0(job_answer->reason, "document-too-long") == 0)
		return error_reason(error, ERROR_TOO_LARGE, "document-too-long", NULL,
		                    "The document is too long; take a part of it");
	return error_reason(error, ERROR_UNAVAILABLE, "document-not-done", NULL,
	                    "The document could not be made; try again in a moment");
}

static void on_done(void *data, const JobAnswer *job_answer, const GPtrArray *parts,
                    const GError *failure)
{
	Printing *self = data;

	self->job = NULL;
	if (failure || parts->len != 1)
		refuse(job_answer, &self->failure);
	else
		self->pdf = parts->pdata[0];
	request_resume(self->request, answer, self);
	printing_free(self);
}

static bool check_few(Documents *self, const Actor *actor, GError **error)
{
	unsigned own = 0;

	for (guint i = 0; i < self->printings->len; i++) {
		const Printing *printing = self->printings->pdata[i];

		own += actor->kind == ACTOR_PERSON && id_equal(&printing->person, &actor->person);
	}
	return own < DOCUMENTS_AT_A_TIME ||
	       error_reason(error, ERROR_CONFLICT, "documents-in-work", NULL,
	                    "Your last documents are still being made");
}

static bool write_all(int fd, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, text, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		text += written;
		size -= (size_t)written;
	}
	return true;
}

/* A descriptor of a file without a name that nobody can change any more; -1: error. */
static int write_description(const json_t *description, GError **error)
{
	g_autofree char *text = json_format(description);
	size_t size = strlen(text);
	int fd;

	if (size > DOCUMENT_BYTES_MAX) {
		error_reason(error, ERROR_TOO_LARGE, "document-too-long", NULL,
		             "The document is too long; take a part of it");
		return -1;
	}
	fd = memfd_create("document", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0 && write_all(fd, text, size) &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
		return fd;
	error_set(error, ERROR_UNAVAILABLE, "There is no room for the document: %s",
	          g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static void add_header(Documents *self, Document *document)
{
	g_autofree char *name = self->dup_school_name ? self->dup_school_name(self->school_room)
	                                              : NULL;

	if (name)
		json_object_set_new(document->description, "header", json_string(name));
}

bool documents_reply(Documents *self, Request *request, Document *document, const char *file_name,
                     GError **error)
{
	g_autoptr(Document) stolen = document;
	const Actor *actor = request_actor(request);
	JobOrder order = {DESK_PAPERS, "document", NULL, -1, PDF_BYTES_MAX, PATIENCE_S};
	Printing *printing;

	if (!check_few(self, actor, error))
		return false;
	add_header(self, stolen);
	order.input = write_description(stolen->description, error);
	if (order.input < 0)
		return false;
	order.words = json_object();
	printing = g_new0(Printing, 1);
	printing->documents = self;
	printing->request = request;
	printing->person = actor->person;
	printing->file_name = g_strdup(file_name);
	g_ptr_array_add(self->printings, printing);
	printing->job = jobs_add(self->jobs, &order, on_done, printing, error);
	close(order.input);
	if (!printing->job) {
		printing_free(printing);
		return false;
	}
	request_hold(request, on_gone, printing);
	return true;
}

bool documents_read_language(Request *request, const char **ret, GError **error)
{
	static const char *const NAMES[] = {"language", NULL};
	const char *language = request_query(request, "language");

	if (!request_check_query(request, NAMES, error))
		return false;
	*ret = language ? language : "ru";
	return strcmp(*ret, "ru") == 0 || strcmp(*ret, "en") == 0 ||
	       error_reason(error, ERROR_INVALID, "invalid", "language",
	                    "Documents are in Russian (ru) or English (en)");
}
