/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a school asks consent for: the kinds, their texts and versions. */
#include "consents/consents-private.h"

#include "base/text.h"

#include <string.h>

#define PURPOSE_MAX 40

void consent_kind_free(ConsentKind *self)
{
	if (!self)
		return;
	g_free(self->purpose);
	g_free(self->title);
	g_free(self->text);
	g_free(self);
}

static ConsentKind *kind_from_row(Query *query)
{
	ConsentKind *kind = g_new0(ConsentKind, 1);

	kind->id = id_from(query_text(query, 0));
	kind->purpose = g_strdup(query_text(query, 1));
	kind->for_pupils = query_int(query, 2);
	kind->required = query_int(query, 3);
	kind->enabled = query_int(query, 4);
	kind->version = query_int(query, 5);
	kind->counts_from = query_int(query, 6);
	kind->title = g_strdup(query_text(query, 7));
	kind->text = g_strdup(query_text(query, 8));
	return kind;
}

static ConsentKind *find_in(const GPtrArray *kinds, const char *id)
{
	for (guint i = 0; i < kinds->len; i++) {
		ConsentKind *kind = kinds->pdata[i];

		if (strcmp(kind->id.text, id) == 0)
			return kind;
	}
	return NULL;
}

static void add_defaults(Consents *self, GPtrArray *kinds)
{
	g_autofree char *school = school_dup_name(self->school);
	g_autoptr(GPtrArray) defaults = kinds_default(school);

	while (defaults->len) {
		ConsentKind *kind = g_ptr_array_steal_index(defaults, 0);

		if (find_in(kinds, kind->id.text))
			consent_kind_free(kind);
		else
			g_ptr_array_add(kinds, kind);
	}
}

GPtrArray *kinds_load(Consents *self, GError **error)
{
	g_autoptr(GPtrArray) kinds =
	        g_ptr_array_new_with_free_func((GDestroyNotify)consent_kind_free);
	g_autoptr(Query) query = store_query(self->store, "list_consent_kinds");
	bool row = true;

	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			g_ptr_array_add(kinds, kind_from_row(query));
	}
	add_defaults(self, kinds);
	return g_steal_pointer(&kinds);
}

ConsentKind *kinds_find(Consents *self, const char *id, GError **error)
{
	g_autoptr(GPtrArray) kinds = kinds_load(self, error);
	ConsentKind *found;

	if (!kinds)
		return NULL;
	found = find_in(kinds, id);
	if (!found)
		return error_null(error, ERROR_NOT_FOUND, "There is no such thing");
	g_ptr_array_set_free_func(kinds, NULL);
	for (guint i = 0; i < kinds->len; i++)
		if (kinds->pdata[i] != found)
			consent_kind_free(kinds->pdata[i]);
	return found;
}

/* --- The rule --- */

static bool check_purpose(const char *purpose, GError **error)
{
	size_t length = strlen(purpose);

	if (length >= 1 && length <= PURPOSE_MAX &&
	    strspn(purpose, "abcdefghijklmnopqrstuvwxyz0123456789-") == length)
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "purpose",
	                    "A purpose is made of small Latin letters, digits and dashes");
}

static bool check_words(const char *field, const char *words, size_t most, GError **error)
{
	if (text_is_blank(words))
		return error_reason(error, ERROR_INVALID, "empty", field, "%s is empty", field);
	if (text_length(words) > most)
		return error_reason(error, ERROR_INVALID, "too-long", field,
		                    "%s has at most %zu characters", field, most);
	return true;
}

static bool check_change(const KindChange *change, GError **error)
{
	return check_purpose(change->purpose, error) &&
	       check_words("title", change->title, CONSENT_TITLE_MAX, error) &&
	       check_words("text", change->text, CONSENT_TEXT_MAX, error) &&
	       (text_is_one_line(change->title) ||
	        error_reason(error, ERROR_INVALID, "invalid", "title", "A title is one line"));
}

static ConsentKind *new_kind(Consents *self, GError **error)
{
	g_autoptr(GPtrArray) kinds = kinds_load(self, error);
	ConsentKind *kind;

	if (!kinds)
		return NULL;
	if (kinds->len >= CONSENT_KINDS_MAX) {
		error_set(error, ERROR_CONFLICT, "A school has at most %d kinds of consent",
		          CONSENT_KINDS_MAX);
		return NULL;
	}
	kind = g_new0(ConsentKind, 1);
	kind->id = id_new();
	return kind;
}

static void take_words(ConsentKind *kind, const KindChange *change)
{
	g_autofree char *title = text_trim(change->title);
	g_autofree char *text = text_trim(change->text);

	if (kind->version == 0 || g_strcmp0(title, kind->title) != 0 ||
	    g_strcmp0(text, kind->text) != 0)
		kind->version++;
	if (change->ask_again || kind->counts_from == 0)
		kind->counts_from = kind->version;
	g_free(kind->title);
	g_free(kind->text);
	kind->title = g_steal_pointer(&title);
	kind->text = g_steal_pointer(&text);
}

bool kinds_append(Consents *self, const Actor *actor, const ConsentKind *kind, GError **error)
{
	json_t *body = json_pack("{s:s, s:b, s:b, s:b, s:I, s:I, s:s, s:s}", "purpose",
	                         kind->purpose, "for_pupils", kind->for_pupils, "required",
	                         kind->required, "enabled", kind->enabled, "version",
	                         (json_int_t)kind->version, "counts_from",
	                         (json_int_t)kind->counts_from, "title", kind->title, "text",
	                         kind->text);
	g_autoptr(Event) event =
	        event_new(actor, "consent.kind.set", "school", kind->id.text, body);

	return events_append(self->events, event, error);
}

bool kinds_set(Consents *self, const Actor *actor, const char *id, const KindChange *change,
               Id *ret_id, GError **error)
{
	g_autoptr(ConsentKind) kind = NULL;

	if (!actor_check_administrator(actor, error) || !check_change(change, error))
		return false;
	kind = id ? kinds_find(self, id, error) : new_kind(self, error);
	if (!kind)
		return false;
	/* Whoever agreed agreed to one purpose, for one kind of people. */
	if (id && (strcmp(kind->purpose, change->purpose) != 0 ||
	           kind->for_pupils != change->for_pupils))
		return error_reason(error, ERROR_CONFLICT, "conflict", "purpose",
		                    "A consent keeps its purpose; make another one");
	g_free(kind->purpose);
	kind->purpose = g_strdup(change->purpose);
	kind->for_pupils = change->for_pupils;
	kind->required = change->required;
	kind->enabled = change->enabled;
	take_words(kind, change);
	*ret_id = kind->id;
	return kinds_append(self, actor, kind, error);
}
