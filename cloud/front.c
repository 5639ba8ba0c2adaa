/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Linking a box, and what a linked one asks. nginx has checked the certificate against our
 * authority and says whose it is; whether it still counts is asked of PostgreSQL each time. */
#include "front-private.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "codes.h"
#include "doors.h"
#include "files/files.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define WINDOW_S  600
#define EACH      10
#define ALL       300
#define BODY_MAX  (24 * 1024)
#define CODE_MAX  64
#define TITLE_MAX 200

/* --- A question on the way of a request --- */

static void on_gone(void *data)
{
	((Asking *)data)->request = NULL;
}

static bool on_resumed(void *room, Request *request, GError **error)
{
	Asking *self = room;

	if (!self->failure)
		return self->then(self, request, error);
	g_propagate_error(error, g_error_copy(self->failure));
	return false;
}

static void on_answer(void *data, const Answer *answer, const GError *failure)
{
	Asking *self = data;

	self->answer = answer;
	self->failure = failure;
	if (self->request)
		request_resume(self->request, on_resumed, self);
	box_certificate_clear(&self->made);
	g_free(self);
}

bool front_ask(Front *self, Request *request, BoxCertificate *made, Then then, const char *name,
               unsigned n, const char *const values[])
{
	Asking *asking = g_new0(Asking, 1);

	*asking = (Asking){.front = self, .request = request, .then = then};
	if (made) {
		asking->made = *made;
		*made = (BoxCertificate){0};
	}
	request_hold(request, on_gone, asking);
	postgres_ask(self->options.postgres, name, n, values, on_answer, asking);
	return true;
}

/* --- Who asks --- */

static const char *box_of(const Request *request)
{
	return request_header(request, "X-Box");
}

static const char *serial_of(const Request *request)
{
	return request_header(request, "X-Box-Serial");
}

static bool may_anyone(void *room, Request *request, GError **error)
{
	return true;
}

/* That it is linked is asked by the handler. */
static bool may_box(void *room, Request *request, GError **error)
{
	return (id_is_valid(box_of(request)) && serial_of(request)) ||
	       error_set(error, ERROR_UNAUTHENTICATED, "A certificate of a linked box is needed");
}

bool front_refuse_unlinked(GError **error)
{
	return error_reason(error, ERROR_FORBIDDEN, "not-linked", NULL,
	                    "This box is not linked, or its certificate was revoked");
}

char *front_say_box(const Request *request)
{
	return g_strdup_printf("X-Box: %s\r\nX-Box-Serial: %s\r\n", box_of(request),
	                       serial_of(request));
}

static bool ask_as_box(Front *self, Request *request, BoxCertificate *made, Then then,
                       const char *name, unsigned n, const char *third)
{
	const char *const values[] = {box_of(request), made ? made->serial : serial_of(request), third};

	return front_ask(self, request, made, then, name, n, values);
}

bool front_find_link(Front *self, Request *request, Then then)
{
	return ask_as_box(self, request, NULL, then, "find_link", 2, NULL);
}

/* --- Linking --- */

char *front_school_address(const Front *self, const char *slug)
{
	g_auto(GStrv) parts = g_strsplit(self->options.settings->address, "*", 2);

	return g_strconcat(parts[0], slug, parts[1], NULL);
}

static json_t *link_to_json(const Front *self, const Answer *answer, int first)
{
	const char *slug = answer_text(answer, 0, first + 1);
	g_autofree char *address = front_school_address(self, slug);

	return json_pack("{ss ss ss}", "school", answer_text(answer, 0, first), "slug", slug,
	                 "address", address);
}

static bool refuse_link(const char *verdict, GError **error)
{
	if (g_str_equal(verdict, "box"))
		return error_reason(error, ERROR_CONFLICT, "other-box", NULL,
		                    "Another box is linked to this school, or this box to another school: "
		                    "unlink it first");
	if (g_str_equal(verdict, "own"))
		return error_reason(error, ERROR_CONFLICT, "other-school", NULL,
		                    "The school at the cloud has a history of its own, which is not this "
		                    "box's");
	return error_reason(error, ERROR_FORBIDDEN, "wrong-code", "code",
	                    "The code is wrong, was used, or is older than an hour");
}

static bool tell_link(Asking *asking, Request *request, GError **error)
{
	const Front *self = asking->front;
	const Settings *settings = self->options.settings;
	const char *verdict = answer_text(asking->answer, 0, 0);
	g_autofree char *authority = box_authority_format(keys_authority(self->options.keys));
	json_t *link;

	if (!g_str_equal(verdict, "done"))
		return refuse_link(verdict, error);
	attempts_forgive(self->attempts, request_address(request));
	link = link_to_json(self, asking->answer, 1);
	json_object_set_new(link, "certificate", json_string(asking->made.text));
	json_object_set_new(link, "ca", json_string(authority));
	json_object_set_new(link, "broker", json_pack("{ss? si}", "host", settings->outside.host, "port",
	                                              settings->outside.port));
	log_write(LOG_NOTICE, "A box was linked to the school %s", answer_text(asking->answer, 0, 2));
	request_reply_object(request, 201, link);
	return true;
}

static bool post_link(void *room, Request *request, GError **error)
{
	Front *self = room;
	const char *code = NULL, *csr = NULL, *origin = NULL, *name = "", *version = "";
	const Field fields[] = {
	        {"code", FIELD_TEXT, true, CODE_MAX, &code},
	        {"csr", FIELD_TEXT, true, BODY_MAX, &csr},
	        {"origin", FIELD_ID, true, 0, &origin},
	        {"name", FIELD_TEXT, false, TITLE_MAX, &name},
	        {"version", FIELD_TEXT, false, CODE_MAX, &version},
	        {0},
	};
	g_auto(BoxCertificate) made = {0};
	g_autofree char *hash = NULL;
	g_autofree char *ends = NULL;

	if (!json_read(request_body(request), fields, error) ||
	    !attempts_try(self->attempts, request_address(request), error) ||
	    !box_authority_sign(keys_authority(self->options.keys), csr, origin,
	                        clock_wall_ms() / 1000, &made, error))
		return false;
	hash = link_code_hash(self->options.settings, code);
	ends = g_strdup_printf("%" G_GINT64_FORMAT, made.ends_s);
	return front_ask(self, request, &made, tell_link, "link", 5,
	                 (const char *const[]){hash, origin, name, made.serial, ends});
}

/* --- What a linked box asks --- */

static bool tell_own_link(Asking *asking, Request *request, GError **error)
{
	json_t *link;

	if (answer_rows(asking->answer) == 0)
		return front_refuse_unlinked(error);
	link = link_to_json(asking->front, asking->answer, 0);
	json_object_set_new(link, "since", json_string(answer_text(asking->answer, 0, 2)));
	request_reply_object(request, 200, link);
	return true;
}

static bool get_link(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, tell_own_link);
}

static bool tell_unlinked(Asking *asking, Request *request, GError **error)
{
	if (answer_rows(asking->answer) == 0)
		return front_refuse_unlinked(error);
	keys_refresh(asking->front->options.keys);
	log_write(LOG_NOTICE, "A box unlinked itself");
	request_reply_empty(request);
	return true;
}

static bool delete_link(void *room, Request *request, GError **error)
{
	return ask_as_box(room, request, NULL, tell_unlinked, "unlink", 2, NULL);
}

static bool tell_certificate(Asking *asking, Request *request, GError **error)
{
	if (answer_rows(asking->answer) == 0)
		return error_set(error, ERROR_BUSY, "This box has certificates enough that still count");
	request_reply_object(request, 201,
	                     json_pack("{ss}", "certificate", asking->made.text));
	return true;
}

static bool renew(Asking *asking, Request *request, GError **error)
{
	const char *csr = NULL;
	const Field fields[] = {{"csr", FIELD_TEXT, true, BODY_MAX, &csr}, {0}};
	const Front *self = asking->front;
	g_auto(BoxCertificate) made = {0};
	g_autofree char *ends = NULL;

	if (answer_rows(asking->answer) == 0)
		return front_refuse_unlinked(error);
	if (!json_read(request_body(request), fields, error) ||
	    !box_authority_sign(keys_authority(self->options.keys), csr, box_of(request),
	                        clock_wall_ms() / 1000, &made, error))
		return false;
	ends = g_strdup_printf("%" G_GINT64_FORMAT, made.ends_s);
	return ask_as_box(asking->front, request, &made, tell_certificate, "add_certificate", 3, ends);
}

static bool post_certificate(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, renew);
}

static const Route ROUTES[] = {
        {POST, "/box/v1/links", "anyone", BODY_MAX, post_link, ROUTE_READS | ROUTE_SECRET},
        {GET, "/box/v1/link", "box", 0, get_link},
        {DELETE, "/box/v1/link", "box", 0, delete_link, ROUTE_READS},
        {POST, "/box/v1/certificates", "box", BODY_MAX, post_certificate, ROUTE_READS | ROUTE_SECRET},
        {0},
};

/* --- The place --- */

static Http *make_http(Front *self)
{
	const HttpOptions options = {.origins = self->origins,
	                             .spool_directory = self->options.settings->data};
	Http *http = http_new(&options);

	http_add_gate(http, "anyone", may_anyone, self);
	http_add_gate(http, "box", may_box, self);
	http_add_routes(http, ROUTES, self);
	http_add_routes(http, FRONT_PEOPLE_ROUTES, self);
	http_add_routes(http, FRONT_FILES_ROUTES, self);
	return http;
}

char *front_own_socket(const Front *self, const char *run)
{
	return g_strdup_printf("%s/instances/%s.sock", self->options.settings->runtime, run);
}

char *front_far_socket(const Front *self, const char *holder, GError **error)
{
	if (!holder || g_str_equal(holder, self->options.run))
		return error_null(error, ERROR_UNAVAILABLE,
		                  "The school is between two instances. Try again in a moment");
	return front_own_socket(self, holder);
}

/* Who may open the socket is this program, and says which box asked it. */
static bool listen_for_others(Front *self, GError **error)
{
	g_autofree char *path = front_own_socket(self, self->options.run);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	int fd;

	if (g_mkdir_with_parents(folder, 0700) != 0)
		return error_set(error, ERROR_INTERNAL, "Cannot make the directory %s", folder);
	fd = doors_listen(folder, name, 0600, error);
	return fd >= 0 && http_listen(self->http, SOCKET_CONTROL, fd, error);
}

Front *front_new(const FrontOptions *options, GError **error)
{
	g_autoptr(Front) self = g_new0(Front, 1);
	g_auto(GStrv) parts = g_strsplit(options->settings->address, "*.", 2);

	self->options = *options;
	self->attempts = attempts_new(EACH, ALL, WINDOW_S);
	self->address = g_strjoinv("", parts);
	self->origins[0] = self->address;
	self->lock_fd = -1;
	self->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)files_free);
	self->http = make_http(self);
	if (!listen_for_others(self, error))
		return NULL;
	front_tick(self);
	return g_steal_pointer(&self);
}

void front_free(Front *self)
{
	g_autofree char *path = NULL;

	if (!self)
		return;
	path = front_own_socket(self, self->options.run);
	g_unlink(path);
	http_free(self->http);
	if (self->lock_fd >= 0)
		close(self->lock_fd);
	attempts_free(self->attempts);
	g_hash_table_unref(self->files);
	g_free(self->address);
	g_free(self);
}

static bool stand(Front *self, GError **error)
{
	int fd = doors_listen(self->options.settings->runtime, "cloud.sock", 0660, error);

	if (fd < 0 || !http_listen(self->http, SOCKET_REST, fd, error))
		return false;
	self->stands = true;
	log_write(LOG_INFO, "This instance stands at the cloud's own door");
	return true;
}

void front_tick(Front *self)
{
	g_autofree char *lock =
	        g_build_filename(self->options.settings->runtime, "cloud.lock", NULL);
	g_autoptr(GError) error = NULL;

	if (self->stands)
		return;
	if (self->lock_fd < 0)
		self->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (self->lock_fd < 0 || flock(self->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return;
	if (!stand(self, &error)) {
		log_failure(LOG_WARNING, error, "The cloud's own door does not open");
		close(self->lock_fd);
		self->lock_fd = -1;
	}
}
