/* SPDX-License-Identifier: LGPL-2.1-or-later
 * state.json: what is in use, for urokd, urokctl and pages. It holds no secret. */
#include "base/json.h"
#include "tls/authority.h"
#include "tls/box.h"

#include <string.h>

#define STATE		"state.json"
#define STATE_BYTES_MAX (64 * 1024)
#define WARN_S		(14 * DAY_S)
#define WARN_AUTHORITY_S (365LL * DAY_S)

static json_t *moment(gint64 at_s)
{
	char text[TIME_TEXT_SIZE];

	if (at_s <= 0)
		return json_null();
	clock_format(at_s * 1000, text);
	return json_string(text);
}

static json_t *texts(char **list)
{
	json_t *array = json_array();

	for (guint i = 0; list[i]; i++)
		json_array_append_new(array, json_string(list[i]));
	return array;
}

static void add_problem(json_t *problems, const char *reason, char *detail)
{
	json_array_append_new(problems,
			      json_pack("{s:s, s:s}", "reason", reason, "detail", detail));
	g_free(detail);
}

static void add_end(json_t *problems, const Set *set, gint64 now_s)
{
	gint64 left_s = certificate_ends_s(pair_own(set->server)) - now_s;

	if (left_s <= 0)
		add_problem(problems, "ended", g_strdup("The certificate has ended: browsers refuse it."));
	else if (left_s < WARN_S)
		add_problem(problems, "ends-soon",
			    g_strdup_printf("The certificate ends in %d days.", (int)(left_s / DAY_S)));
	if (set->kind == KIND_OWN &&
	    certificate_ends_s(pair_own(set->authority)) - now_s < WARN_AUTHORITY_S)
		add_problem(problems, "authority-ends-soon",
			    g_strdup("The certificate authority ends within a year; devices will have to be "
				     "told to trust the next one."));
}

static void add_names(json_t *problems, const Box *box, const Set *set)
{
	const char *name = box->names->public_name;
	g_autofree char *left_out = g_strjoinv(", ", box->names->left_out);

	if (name && !certificate_is_for(pair_own(set->server), name))
		add_problem(problems, "public-name-not-covered",
			    g_strdup_printf("The certificate is not for the school's name %s.", name));
	if (set->kind == KIND_OWN && *left_out)
		add_problem(problems, "left-out",
			    g_strdup_printf("The box's own authority cannot vouch for: %s.", left_out));
}

static json_t *list_problems(const Box *box, const Set *set, ClockDoubt doubt)
{
	json_t *problems = json_array();

	add_end(problems, set, box->wall_ms / 1000);
	add_names(problems, box, set);
	if (doubt != CLOCK_BELIEVED)
		add_problem(problems, "clock",
			    g_strdup("The machine's time is not believed. If `date` is right: "
				     "/usr/lib/urok/urok-tls ensure --time-is-right"));
	return problems;
}

static json_t *describe_authority(const Set *set)
{
	X509 *own = pair_own(set->authority);
	g_autofree char *name = certificate_dup_common_name(own);
	g_autofree char *fingerprint = certificate_dup_fingerprint(own);

	return json_pack("{s:s, s:s, s:o, s:o}", "name", name, "fingerprint_sha256", fingerprint,
			 "not_after", moment(certificate_ends_s(own)), "replaced_at",
			 moment(set->replaced_s));
}

/* The issuer as people know it: its common name, else its organisation. */
static char *dup_issuer(X509 *certificate)
{
	char name[256] = "";
	X509_NAME *issuer = X509_get_issuer_name(certificate);

	if (X509_NAME_get_text_by_NID(issuer, NID_commonName, name, sizeof name) <= 0)
		X509_NAME_get_text_by_NID(issuer, NID_organizationName, name, sizeof name);
	return g_utf8_make_valid(name, -1);
}

static json_t *read_state(const Folder *folder)
{
	g_autofree char *path = folder_path(folder, STATE);
	g_autofree char *text = NULL;
	gsize size = 0;

	if (!g_file_get_contents(path, &text, &size, NULL) || size > STATE_BYTES_MAX)
		return NULL;
	return json_parse(text, size, NULL);
}

gint64 state_read_known_ms(const Folder *folder)
{
	g_autoptr(json_t) state = read_state(folder);

	return json_integer_value(json_object_get(state, "known_ms"));
}

static json_t *last_happening(const Folder *folder, const Happening *happened)
{
	g_autoptr(json_t) before = NULL;
	json_t *last;

	if (happened->reason)
		return json_pack("{s:s, s:s, s:o}", "reason", happened->reason, "detail",
				 happened->detail, "at", moment(happened->at_s));
	before = read_state(folder);
	last = json_object_get(before, "last");
	return last ? json_incref(last) : json_null();
}

bool state_write(const Box *box, Folder *folder, const Set *set, ClockDoubt doubt, gint64 known_ms,
		 const Happening *happened, GError **error)
{
	X509 *own = pair_own(set->server);
	g_auto(GStrv) names = certificate_dup_names(own);
	g_autofree char *fingerprint = certificate_dup_fingerprint(own);
	g_autofree char *issuer = dup_issuer(own);
	g_autoptr(json_t) state = json_pack(
		"{s:i, s:s, s:o, s:o, s:o, s:s, s:s, s:o, s:s?, s:o, s:o, s:o, s:I}", "version", 1,
		"kind", kind_name(set->kind), "names", texts(names), "not_before",
		moment(certificate_begins_s(own)), "not_after", moment(certificate_ends_s(own)),
		"issuer", issuer, "fingerprint_sha256", fingerprint, "authority",
		describe_authority(set), "public_name", box->names->public_name, "problems",
		list_problems(box, set, doubt), "last", last_happening(folder, happened),
		"checked_at", moment(known_ms / 1000), "known_ms", (json_int_t)known_ms);
	g_autofree char *text = NULL;

	if (!state)
		return error_set(error, ERROR_INTERNAL, "state.json could not be put together.");
	text = json_format(state);
	return folder_write(folder, STATE, text, strlen(text), error);
}
