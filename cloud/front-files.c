/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files between a box and its school here, by content address. What a school's own rows do not name
 * is not there for its box, and another school's is never looked at: the school comes from the
 * certificate alone. nginx hands out what is whole; pieces of what comes are files/'s work. */
#include "front-private.h"
#include "base/byte-range.h"
#include "base/place.h"
#include "files/files.h"
#include "forward.h"

#define PLACE	    "/internal/box-files/" /* nginx's, behind it a school's folder */
#define MISSING_MAX 1000

/* One file on the way of a request. */
typedef struct {
	Front *front;
	Request *request; /* NULL: whoever asked went away */
	Handler then;	  /* when the house has said whether it names the file */
	char *school;	  /* id */
	char *slug;
	char *holder; /* the instance that has the school; NULL: none */
	char *address; /* NULL: all of the school's */
	bool came;
	bool named;
	char *cursor; /* of that list; NULL: its beginning */
	json_t *missing;
	FileTaking *taking;
	int64_t has;
	bool whole;
	GError *failure;
} Way;

static void way_free(Way *self)
{
	if (self->taking)
		file_taking_cancel(self->taking);
	g_free(self->school);
	g_free(self->slug);
	g_free(self->holder);
	g_free(self->address);
	g_free(self->cursor);
	json_decref(self->missing);
	g_clear_error(&self->failure);
	g_free(self);
}

static void on_gone(void *data)
{
	((Way *)data)->request = NULL;
}

static void hold(Way *self, Request *request)
{
	self->request = request;
	request_hold(request, on_gone, self);
}

static bool pass_failure(Way *self, GError **error)
{
	if (!self->failure)
		return true;
	g_propagate_error(error, g_steal_pointer(&self->failure));
	return false;
}

/* Whether the way goes on is `then`'s to say, by holding the request again; else it ends here. */
static void resume(Way *self, Handler then)
{
	Request *request = g_steal_pointer(&self->request);

	if (request)
		request_resume(request, then, self);
	if (!self->request && !self->taking)
		way_free(self);
}

/* --- What the house says --- */

static void on_house(void *data, App *app, const GError *failure)
{
	Way *self = data;

	if (failure)
		self->failure = g_error_copy(failure);
	else if (self->address)
		(void)app_names_file(app, self->address, self->came, &self->named, &self->failure);
	else
		self->missing = app_list_missing_files(app, self->cursor, MISSING_MAX, &self->failure);
	resume(self, self->then);
}

static void on_far_house(void *data, unsigned status, const char *content_type, GBytes *body)
{
	Way *self = data;
	gsize size = 0;
	const char *text = body ? g_bytes_get_data(body, &size) : NULL;
	g_autoptr(json_t) said = text && size ? json_parse(text, size, NULL) : NULL;

	self->named = status == 204;
	self->missing = status == 200 && json_is_array(json_object_get(said, "missing")) ? json_incref(said)
	                                                                                 : NULL;
	if (self->address ? status != 204 && status != 404 : !self->missing)
		error_set(&self->failure, ERROR_UNAVAILABLE,
		          "The school is not open now. Try again in a moment");
	resume(self, self->then);
}

/* The instance that holds the school asks who is linked once more, and then its house. */
static bool ask_far(Way *self, Request *request, GError **error)
{
	g_autofree char *socket = front_far_socket(self->front, self->holder, error);
	g_autofree char *headers = NULL;
	g_autofree char *path = NULL;

	if (!socket)
		return false;
	headers = front_say_box(request);
	path = self->address ? g_strdup_printf("/box/v1/files/%s/%s", self->address,
	                                       self->came ? "arrivals" : "names")
			     : g_strconcat("/box/v1/files", self->cursor ? "?cursor=" : NULL, self->cursor, NULL);
	hold(self, request);
	forward(socket, self->came ? "POST" : "GET", path, headers, self->came ? "{}" : "",
	        on_far_house, self);
	return true;
}

/* The request goes on with `then`. False: self is the caller's still. */
static bool ask_house(Way *self, Request *request, Handler then, GError **error)
{
	const FrontOptions *options = &self->front->options;
	Holding *holding = options->find_holding(options->data, self->school);

	self->then = then;
	if (!holding)
		return ask_far(self, request, error);
	hold(self, request);
	holding_enter(holding, on_house, self);
	return true;
}

/* --- Who asks, and for what --- */

static bool refuse_absent(GError **error)
{
	return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
}

static bool begin(Asking *asking, Request *request, const char *address, bool came, Handler then,
                  GError **error)
{
	Way *way;

	if (answer_rows(asking->answer) == 0)
		return front_refuse_unlinked(error);
	if (address && !file_address_is_valid(address))
		return refuse_absent(error);
	way = g_new0(Way, 1);
	way->front = asking->front;
	way->school = g_strdup(answer_text(asking->answer, 0, 0));
	way->slug = g_strdup(answer_text(asking->answer, 0, 1));
	way->holder = g_strdup(answer_text(asking->answer, 0, 3));
	way->address = g_strdup(address);
	way->came = came;
	way->cursor = address ? NULL : g_strdup(request_query(request, "cursor"));
	if (ask_house(way, request, then, error))
		return true;
	way_free(way);
	return false;
}

/* Borrowed from the front. The folder goes with a school, which may come again under its name. */
static Files *open_files(const Way *self, GError **error)
{
	GHashTable *all = self->front->files;
	Files *files = g_hash_table_lookup(all, self->slug);
	g_autofree char *folder = NULL;

	if (files && g_file_test(files_directory(files), G_FILE_TEST_IS_DIR))
		return files;
	folder = g_build_filename(self->front->options.settings->files, self->slug, NULL);
	files = files_new(folder, error);
	if (files)
		g_hash_table_replace(all, g_strdup(self->slug), files);
	return files;
}

/* As problem+json, and for a HEAD as a header. */
static void say_place(Request *request, unsigned status, const char *reason, int64_t has)
{
	g_autofree char *offset = g_strdup_printf("%" G_GINT64_FORMAT, has);
	g_autofree char *type = g_strconcat("urn:urok:problem:", reason, NULL);
	g_autoptr(json_t) problem =
		json_pack("{ss ss si ss sI}", "type", type, "title", "Not all of it is here", "status",
	                  (int)status, "detail", "The file goes on at the byte that is named", "has",
	                  (json_int_t)has);
	g_autofree char *text = json_format(problem);

	request_add_header(request, "Upload-Offset", offset);
	request_reply_as(request, status, "application/problem+json", text);
}

/* --- Down: HEAD and GET --- */

static bool tell_file(void *room, Request *request, GError **error)
{
	Way *self = room;
	g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
	g_autofree char *folder = NULL;
	g_autofree char *place = NULL;
	Files *files;

	if (!pass_failure(self, error))
		return false;
	if (!self->named)
		return refuse_absent(error);
	files = open_files(self, error);
	if (!files)
		return false;
	if (!files_has(files, self->address)) {
		say_place(request, 404, "file-not-here", files_part_size(files, self->address));
		return true;
	}
	folder = g_strconcat(PLACE, self->slug, NULL);
	place = place_of_sum(folder, self->address);
	request_add_header(request, "X-Accel-Redirect", place);
	request_reply_bytes(request, 200, "application/octet-stream", nothing);
	return true;
}

static bool find_file(Asking *asking, Request *request, GError **error)
{
	return begin(asking, request, request_param(request, "address"), false, tell_file, error);
}

static bool get_file(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, find_file);
}

/* --- Up: PUT --- */

static bool tell_taken(void *room, Request *request, GError **error)
{
	Way *self = room;

	if (self->failure && g_str_equal(error_reason_of(self->failure), "file-offset")) {
		say_place(request, 409, "file-offset", self->has);
		return true;
	}
	if (!pass_failure(self, error))
		return false;
	if (self->whole && !self->named)
		return refuse_absent(error);
	request_reply_object(request, self->whole ? 201 : 202,
	                     json_pack("{sI sb}", "has", (json_int_t)self->has, "whole",
	                               (int)self->whole));
	return true;
}

/* The school may have let go of it while it came: its house looks once more, and removes it then. */
static bool ask_again(void *room, Request *request, GError **error)
{
	Way *self = room;

	if (self->failure || !self->whole)
		return tell_taken(self, request, error);
	self->came = true;
	return ask_house(self, request, tell_taken, error);
}

static void on_piece(void *data, int64_t has, bool whole, const GError *failure)
{
	Way *self = data;

	self->taking = NULL;
	self->has = has;
	self->whole = whole;
	if (failure)
		self->failure = g_error_copy(failure);
	resume(self, ask_again);
}

static GBytes *read_spool(Request *request)
{
	int fd = request_spool(request);
	g_autoptr(GMappedFile) map = fd >= 0 ? g_mapped_file_new_from_fd(fd, FALSE, NULL) : NULL;

	return map ? g_mapped_file_get_bytes(map) : NULL;
}

static bool take_piece(void *room, Request *request, GError **error)
{
	Way *self = room;
	g_autoptr(GBytes) bytes = read_spool(request);
	Files *files;
	ByteRange range;
	FilePiece piece;

	if (!pass_failure(self, error))
		return false;
	if (!self->named)
		return refuse_absent(error);
	if (!bytes || !byte_range_parse(request_header(request, "Content-Range"), &range) ||
	    range.size != (int64_t)g_bytes_get_size(bytes))
		return error_reason(error, ERROR_INVALID, "invalid", "Content-Range",
		                    "Content-Range does not say where this piece belongs");
	files = open_files(self, error);
	if (!files)
		return false;
	piece = (FilePiece){self->address, range.first, range.total, bytes,
	                    (int64_t)self->front->options.settings->files_mib << 20};
	hold(self, request);
	self->taking = files_take_piece(files, &piece, on_piece, self);
	return true;
}

static bool find_for_piece(Asking *asking, Request *request, GError **error)
{
	return begin(asking, request, request_param(request, "address"), false, take_piece, error);
}

static bool put_file(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, find_for_piece);
}

/* --- What another instance of this machine asks, which has the house; and what a box lacks here --- */

static bool tell_named(void *room, Request *request, GError **error)
{
	Way *self = room;

	if (!pass_failure(self, error))
		return false;
	if (!self->named)
		return refuse_absent(error);
	request_reply_empty(request);
	return true;
}

static bool find_name(Asking *asking, Request *request, GError **error)
{
	return begin(asking, request, request_param(request, "address"), false, tell_named, error);
}

static bool get_name(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, find_name);
}

static bool take_arrival(Asking *asking, Request *request, GError **error)
{
	return begin(asking, request, request_param(request, "address"), true, tell_named, error);
}

static bool post_arrival(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, take_arrival);
}

static bool tell_missing(void *room, Request *request, GError **error)
{
	Way *self = room;

	if (!pass_failure(self, error))
		return false;
	request_reply_object(request, 200, json_incref(self->missing));
	return true;
}

static bool find_missing(Asking *asking, Request *request, GError **error)
{
	return begin(asking, request, NULL, false, tell_missing, error);
}

static bool get_missing(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"cursor", NULL};
	const char *cursor = request_query(request, "cursor");

	if (!request_check_query(request, NAMES, error))
		return false;
	if (cursor && !file_address_is_valid(cursor))
		return error_reason(error, ERROR_INVALID, "bad-cursor", "cursor",
		                    "cursor is not one that this cloud gave");
	return front_find_link(room, request, find_missing);
}

const Route FRONT_FILES_ROUTES[] = {
	{GET, "/box/v1/files", "box", 0, get_missing, ROUTE_ALSO_CONSOLE},
	{GET, "/box/v1/files/:address", "box", 0, get_file},
	{PUT, "/box/v1/files/:address", "box", FILE_PIECE_MOST, put_file, ROUTE_READS | ROUTE_SPOOLS},
	{GET, "/box/v1/files/:address/names", "box", 0, get_name, ROUTE_ALSO_CONSOLE},
	{POST, "/box/v1/files/:address/arrivals", "box", 64, post_arrival,
	 ROUTE_READS | ROUTE_ALSO_CONSOLE},
	{0},
};
