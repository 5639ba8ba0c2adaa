/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The two lines of a job, and a descriptor beside one of them (unix(7), SCM_RIGHTS). */
#include "wire/job.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PART_BYTES_MAX (64 * 1024 * 1024)
#define REASON_MAX     64
#define DETAIL_MAX     300

static bool is_slug(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length <= REASON_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static bool read_sizes(JobAnswer *self, const json_t *sizes, GError **error)
{
	const json_t *size;
	size_t i;

	json_array_foreach(sizes, i, size)
	{
		json_int_t bytes = json_integer_value(size);

		if (!json_is_integer(size) || bytes < 0 || bytes > PART_BYTES_MAX)
			return error_set(error, ERROR_INVALID, "A part has no such size");
		self->sizes[self->n_parts++] = (size_t)bytes;
	}
	return true;
}

JobAnswer *job_answer_parse(const char *line, size_t length, GError **error)
{
	g_autoptr(JobAnswer) self = g_new0(JobAnswer, 1);
	g_autoptr(json_t) object = json_parse(line, length, error);
	const char *reason = NULL;
	const char *detail = NULL;
	json_t *facts = NULL;
	json_t *sizes = NULL;
	const Field fields[] = {
		{"reason", FIELD_TEXT, false, REASON_MAX, &reason},
		{"detail", FIELD_TEXT, false, DETAIL_MAX, &detail},
		{"facts", FIELD_OBJECT, false, 0, &facts},
		{"sizes", FIELD_ARRAY, false, JOB_PARTS_MAX, &sizes},
		{0},
	};

	if (!object || !json_read(object, fields, error))
		return NULL;
	if (!reason == !facts || (reason && (!is_slug(reason) || json_array_size(sizes) > 0)))
		return error_null(error, ERROR_INVALID, "The answer is neither done nor refused");
	if (sizes && !read_sizes(self, sizes, error))
		return NULL;
	self->reason = g_strdup(reason);
	self->detail = g_strdup(detail);
	self->facts = json_incref(facts);
	return g_steal_pointer(&self);
}

char *job_answer_format(const JobAnswer *self)
{
	g_autoptr(json_t) sizes = json_array();
	g_autoptr(json_t) object = NULL;
	const char *words = self->detail ? self->detail : "";
	g_autofree char *detail =
		g_utf8_make_valid(words, (gssize)strnlen(words, DETAIL_MAX / 4));

	for (unsigned i = 0; i < self->n_parts; i++)
		json_array_append_new(sizes, json_integer((json_int_t)self->sizes[i]));
	object = json_pack("{s:s?, s:s?, s:O?, s:O}", "reason", self->reason, "detail",
	                   self->detail ? detail : NULL,
	                   "facts", self->facts, "sizes", sizes);
	return json_format(object);
}

void job_answer_free(JobAnswer *self)
{
	if (!self)
		return;
	g_free(self->reason);
	g_free(self->detail);
	json_decref(self->facts);
	g_free(self);
}

bool job_send(int fd, const char *line, int input)
{
	size_t size = strlen(line);
	struct iovec bytes[] = {{(char *)line, size}, {"\n", 1}};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr message = {.msg_iov = bytes, .msg_iovlen = G_N_ELEMENTS(bytes)};
	ssize_t sent;

	if (input >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof control.room;
		control.head = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.head), &input, sizeof input);
	}
	sent = sendmsg(fd, &message, MSG_NOSIGNAL);
	if (sent < 0)
		return false;
	errno = EMSGSIZE;
	return (size_t)sent == size + 1;
}

static void take_descriptor(struct msghdr *message, int *input)
{
	for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS ||
		    head->cmsg_len != CMSG_LEN(sizeof(int)))
			continue;
		if (*input >= 0)
			close(*input);
		memcpy(input, CMSG_DATA(head), sizeof *input);
	}
}

ssize_t job_receive(int fd, char *buffer, size_t size, int *input)
{
	struct iovec bytes = {buffer, size};
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct msghdr message = {.msg_iov = &bytes,
	                         .msg_iovlen = 1,
	                         .msg_control = &control,
	                         .msg_controllen = sizeof control.room};
	ssize_t got;

	do {
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got >= 0)
		take_descriptor(&message, input);
	return got;
}
