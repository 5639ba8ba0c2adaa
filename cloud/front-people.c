/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a linked box asks for its people: a way into the cloud for one of them, and which of them
 * are known in other schools. */
#include "front-private.h"
#include "base/clock.h"
#include "forward.h"

#define ENTRY_MS   (3600 * 1000LL)
#define PEOPLE_MAX (64 * 1024)

/* The box vouched for them; whoever asked may have gone meanwhile. */
typedef struct {
	Front *front;
	Request *request; /* NULL: gone */
	char *slug;
	const char *code;   /* while the request runs on */
	const json_t *body; /* likewise */
	const GError *failure;
	unsigned status; /* of another instance's answer */
	const char *type;
	GBytes *bytes;
} Told;

static void on_gone(void *data)
{
	((Told *)data)->request = NULL;
}

static Told *hold(Front *self, Request *request, const char *slug)
{
	Told *told = g_new0(Told, 1);

	*told = (Told){.front = self, .request = request, .slug = g_strdup(slug)};
	request_hold(request, on_gone, told);
	return told;
}

static void tell(Told *self, Handler then)
{
	if (self->request)
		request_resume(self->request, then, self);
	g_free(self->slug);
	g_free(self);
}

static bool pass_failure(const Told *self, GError **error)
{
	if (!self->failure)
		return true;
	g_propagate_error(error, g_error_copy(self->failure));
	return false;
}

/* --- Entries --- */

static bool tell_entry(void *room, Request *request, GError **error)
{
	const Told *self = room;
	g_autofree char *address = NULL;
	g_autofree char *url = NULL;
	char expires[TIME_TEXT_SIZE];

	if (!pass_failure(self, error))
		return false;
	address = front_school_address(self->front, self->slug);
	url = g_strconcat(address, "/sign-in#", self->code, NULL);
	clock_format(clock_wall_ms() + ENTRY_MS, expires);
	request_reply_object(request, 201, json_pack("{ss ss}", "url", url, "expires", expires));
	return true;
}

static void on_entry(void *data, const char *code, const GError *failure)
{
	Told *self = data;

	self->code = code;
	self->failure = failure;
	tell(self, tell_entry);
}

static bool tell_forwarded(void *room, Request *request, GError **error)
{
	const Told *self = room;

	if (self->status == 0 || !self->type)
		return error_set(error, ERROR_UNAVAILABLE,
		                 "The school is not open now. Try again in a moment");
	request_reply_bytes(request, self->status, self->type, self->bytes);
	return true;
}

static void on_forwarded(void *data, unsigned status, const char *content_type, GBytes *body)
{
	Told *self = data;

	self->status = status;
	self->type = content_type;
	self->bytes = body;
	tell(self, tell_forwarded);
}

/* Its holder asks who is linked once more, and then has the school. */
static bool forward_entry(Front *self, Request *request, const char *holder, GError **error)
{
	g_autofree char *socket = front_far_socket(self, holder, error);
	g_autofree char *headers = NULL;
	g_autofree char *body = NULL;

	if (!socket)
		return false;
	headers = front_say_box(request);
	body = json_format(request_body(request));
	forward(socket, "POST", "/box/v1/entries", headers, body, on_forwarded,
	        hold(self, request, NULL));
	return true;
}

static bool make_entry(Asking *asking, Request *request, GError **error)
{
	Front *self = asking->front;
	const char *person = NULL;
	const Field fields[] = {{"person", FIELD_ID, true, 0, &person}, {0}};
	Holding *holding;

	if (answer_rows(asking->answer) == 0)
		return front_refuse_unlinked(error);
	if (!json_read(request_body(request), fields, error))
		return false;
	holding = self->options.find_holding(self->options.data, answer_text(asking->answer, 0, 0));
	if (!holding)
		return forward_entry(self, request, answer_text(asking->answer, 0, 3), error);
	holding_add_entry(holding, person, on_entry,
	                  hold(self, request, answer_text(asking->answer, 0, 1)));
	return true;
}

static bool post_entry(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, make_entry);
}

/* --- The directory --- */

static bool tell_directory(void *room, Request *request, GError **error)
{
	const Told *self = room;

	if (!pass_failure(self, error))
		return false;
	if (self->body)
		request_reply_object(request, 200, json_incref((json_t *)self->body));
	else
		request_reply_empty(request);
	return true;
}

static void on_directory(void *data, const json_t *body, const GError *failure)
{
	Told *self = data;

	self->body = body;
	self->failure = failure;
	tell(self, tell_directory);
}

static bool ask_directory(Asking *asking, Request *request, Method method, const char *path,
                          GError **error)
{
	Front *self = asking->front;
	json_t *body = request_body(request);

	if (answer_rows(asking->answer) == 0)
		return front_refuse_unlinked(error);
	members_ask(self->options.members, answer_text(asking->answer, 0, 0), method, path,
	            body ? json_incref(body) : NULL, on_directory, hold(self, request, NULL));
	return true;
}

static bool ask_new_join(Asking *asking, Request *request, GError **error)
{
	return ask_directory(asking, request, POST, "/box/v1/joins", error);
}

static bool ask_join(Asking *asking, Request *request, GError **error)
{
	return ask_directory(asking, request, PUT, "/box/v1/joins", error);
}

static bool ask_members(Asking *asking, Request *request, GError **error)
{
	return ask_directory(asking, request, PUT, "/box/v1/members", error);
}

static bool ask_no_members(Asking *asking, Request *request, GError **error)
{
	return ask_directory(asking, request, DELETE, "/box/v1/members", error);
}

static bool ask_no_member(Asking *asking, Request *request, GError **error)
{
	g_autofree char *path =
	        g_strconcat("/box/v1/members/", request_param(request, "person"), NULL);

	return ask_directory(asking, request, DELETE, path, error);
}

static bool ask_of_school(Asking *asking, Request *request, Method method, GError **error)
{
	g_autofree char *path =
	        g_strdup_printf("/box/v1/members/%s/schools/%s", request_param(request, "person"),
	                        request_param(request, "school"));

	return ask_directory(asking, request, method, path, error);
}

static bool ask_school(Asking *asking, Request *request, GError **error)
{
	return ask_of_school(asking, request, PUT, error);
}

static bool ask_no_school(Asking *asking, Request *request, GError **error)
{
	return ask_of_school(asking, request, DELETE, error);
}

static bool post_join(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, ask_new_join);
}

static bool put_join(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, ask_join);
}

static bool put_members(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, ask_members);
}

static bool delete_members(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, ask_no_members);
}

static bool delete_member(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, ask_no_member);
}

static bool put_school(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, ask_school);
}

static bool delete_school(void *room, Request *request, GError **error)
{
	return front_find_link(room, request, ask_no_school);
}

const Route FRONT_PEOPLE_ROUTES[] = {
        {POST, "/box/v1/entries", "box", 512, post_entry,
         ROUTE_READS | ROUTE_SECRET | ROUTE_ALSO_CONSOLE},
        {POST, "/box/v1/joins", "box", PEOPLE_MAX, post_join, ROUTE_READS | ROUTE_SECRET},
        {PUT, "/box/v1/joins", "box", PEOPLE_MAX, put_join, ROUTE_READS},
        {PUT, "/box/v1/members", "box", PEOPLE_MAX, put_members, ROUTE_READS},
        {DELETE, "/box/v1/members", "box", 0, delete_members, ROUTE_READS},
        {DELETE, "/box/v1/members/:person", "box", 0, delete_member, ROUTE_READS},
        {PUT, "/box/v1/members/:person/schools/:school", "box", PEOPLE_MAX, put_school, ROUTE_READS},
        {DELETE, "/box/v1/members/:person/schools/:school", "box", 0, delete_school, ROUTE_READS},
        {0},
};
