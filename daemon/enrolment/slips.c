/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A class's slips on paper: pupils and parents who have not come in yet, each with a QR code and a
 * code to type. What was printed before dies with it. */
#include "enrolment/enrolment-private.h"

#include <string.h>

#define SLIP_DAYS_S PERSON_LINK_S

typedef struct {
	Enrolment *enrolment;
	const Actor *actor;
	Document *document;
	const char *language;
	const char *class_title;
	char *address;	   /* where a code is typed, as people write it */
	char *fingerprint; /* of what devices must trust first; NULL: nothing */
	unsigned printed;
} Printing;

typedef struct {
	InvitationKind kind;
	char *subject;
	char *name;
	const char *role; /* as it is read; a literal */
	unsigned copies;
} Slip;

static void slip_free(void *data)
{
	Slip *self = data;

	g_free(self->subject);
	g_free(self->name);
	g_free(self);
}

static const char *role_name(const char *language, bool parent)
{
	if (strcmp(language, "en") == 0)
		return parent ? "parent" : "pupil";
	return parent ? "родитель" : "ученик";
}

/* Whoever is asked for is no person yet: the child's name says whose slip it is. */
static char *dup_name(const char *language, bool asked_for, const char *name)
{
	if (!asked_for)
		return g_strdup(name);
	return g_strdup_printf(strcmp(language, "en") == 0 ? "Parent of %s" : "Родителю: %s", name);
}

static bool list(Printing *self, const char *statement, const char *class_id, GPtrArray *slips,
		 GError **error)
{
	g_autoptr(Query) query = store_query(self->enrolment->store, statement);
	bool asked_for = strcmp(statement, "list_families_with_room") == 0;
	bool parent = strcmp(statement, "list_absent_pupils") != 0;
	bool row = true;

	query_bind_text(query, ":class", class_id);
	while (row) {
		Slip *slip;

		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		slip = g_new0(Slip, 1);
		*slip = (Slip){
			.kind = asked_for ? INVITES_PARENT : INVITES_PERSON,
			.subject = g_strdup(query_text(query, 0)),
			.name = dup_name(self->language, asked_for, query_text(query, 1)),
			.role = role_name(self->language, parent),
			.copies = (unsigned)query_int(query, 2),
		};
		g_ptr_array_add(slips, slip);
	}
	return true;
}

static bool print(Printing *self, const Slip *slip, GError **error)
{
	Enrolment *enrolment = self->enrolment;
	const NewInvitation wanted = {slip->kind, slip->subject, SLIP_DAYS_S, true};
	g_auto(Issued) issued = {0};
	g_autofree char *url = NULL;
	g_autofree char *code = NULL;
	g_autofree char *until = NULL;
	g_autoptr(GDateTime) end = NULL;
	DocumentSlip on_paper;

	if (!invitations_make(enrolment, self->actor, &wanted, &issued, error))
		return false;
	url = issued_url(enrolment, &issued);
	code = slip_format(issued.slip);
	end = g_date_time_new_from_unix_utc(issued.expires_ms / 1000);
	until = document_format_day(self->language, end);
	on_paper = (DocumentSlip){
		.link = url,
		.name = slip->name,
		.class_name = self->class_title,
		.role = slip->role,
		.code = code,
		.address = self->address,
		.valid_until = until,
		.fingerprint = self->fingerprint,
	};
	document_add_slip(self->document, &on_paper);
	self->printed++;
	return true;
}

/* The links that the child itself gave out stay. */
static bool revoke_printed(Enrolment *self, const char *child, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_printed_invitations");

	query_bind_text(query, ":child", child);
	return query_run(query, error);
}

static bool print_all(Printing *self, const GPtrArray *slips, GError **error)
{
	for (guint i = 0; i < slips->len; i++) {
		const Slip *slip = slips->pdata[i];

		if (slip->kind == INVITES_PARENT &&
		    !revoke_printed(self->enrolment, slip->subject, error))
			return false;
		for (unsigned k = 0; k < slip->copies; k++)
			if (!print(self, slip, error))
				return false;
	}
	return true;
}

static bool list_all(Printing *self, const char *class_id, const char *whom, GPtrArray *slips,
		     GError **error)
{
	bool pupils = strcmp(whom, "parents") != 0;
	bool parents = strcmp(whom, "pupils") != 0;

	return (!pupils || list(self, "list_absent_pupils", class_id, slips, error)) &&
	       (!parents || (list(self, "list_absent_parents", class_id, slips, error) &&
			     list(self, "list_families_with_room", class_id, slips, error)));
}

static bool read_wish(Request *request, const char **ret_whom, const char **ret_language,
		      GError **error)
{
	static const char *const WHOM[] = {"all", "pupils", "parents", NULL};
	static const char *const LANGUAGES[] = {"ru", "en", NULL};
	const Field fields[] = {
		{"whom", FIELD_TEXT, true, 0, ret_whom},
		{"language", FIELD_TEXT, true, 0, ret_language},
		{0},
	};

	if (!json_read(request_body(request), fields, error))
		return false;
	if (!g_strv_contains(WHOM, *ret_whom))
		return error_reason(error, ERROR_INVALID, "invalid", "whom",
				    "Slips are for all, pupils or parents");
	return g_strv_contains(LANGUAGES, *ret_language) ||
	       error_reason(error, ERROR_INVALID, "invalid", "language",
			    "Slips are in Russian or English");
}

char *enrolment_address(const Enrolment *self)
{
	const char *host = strstr(self->origin, "://");

	return g_strconcat(host ? host + 3 : self->origin, "/i", NULL);
}

bool post_slips(void *room, Request *request, GError **error)
{
	Enrolment *self = room;
	const char *class_id = request_param(request, "class");
	g_autoptr(GPtrArray) slips = g_ptr_array_new_with_free_func(slip_free);
	g_autofree char *title = classes_dup_title(self->classes, class_id);
	g_autofree char *file_name = NULL;
	g_autofree char *address = enrolment_address(self);
	g_autofree char *fingerprint =
		self->dup_fingerprint ? self->dup_fingerprint(self->certificate) : NULL;
	g_autoptr(Document) document = NULL;
	const char *whom = NULL;
	Printing printing = {.enrolment = self, .actor = request_actor(request)};

	if (!read_wish(request, &whom, &printing.language, error))
		return false;
	document = document_new(printing.language, title);
	printing.document = document;
	printing.class_title = title;
	printing.address = address;
	printing.fingerprint = fingerprint;
	if (!list_all(&printing, class_id, whom, slips, error) ||
	    !print_all(&printing, slips, error))
		return false;
	if (!printing.printed)
		return error_reason(error, ERROR_CONFLICT, "nobody-to-invite", NULL,
				    "Everybody of this class came in already");
	file_name = g_strdup_printf("%s.pdf", title);
	return documents_reply(self->documents, request, g_steal_pointer(&document), file_name,
			       error);
}
