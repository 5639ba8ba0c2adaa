/* SPDX-License-Identifier: LGPL-2.1-or-later
 * E-mail addresses and phones: what they are like, who may set them and whom they are shown. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

#define EMAIL_BYTES_MAX	 254 /* RFC 5321 §4.5.3.1.3, without its brackets */
#define LOCAL_BYTES_MAX	 64
#define PHONE_DIGITS_MIN 10
#define PHONE_DIGITS_MAX 15 /* ITU-T E.164 */

static const char *field_of(ContactKind kind)
{
	return kind == CONTACT_EMAIL ? "email" : "phone";
}

/* --- Phones --- */

/* The digits of what is written like a phone; NULL: it is not. */
static char *dup_digits(const char *text)
{
	g_autoptr(GString) digits = g_string_new(NULL);

	for (const char *at = text; *at; at++) {
		if (g_ascii_isdigit(*at))
			g_string_append_c(digits, *at);
		else if (!strchr(" ()-.", *at) && !(*at == '+' && at == text))
			return NULL;
	}
	if (digits->len < PHONE_DIGITS_MIN || digits->len > PHONE_DIGITS_MAX)
		return NULL;
	return g_string_free(g_steal_pointer(&digits), FALSE);
}

/* In Russia one writes 8, +7 or nothing in front of ten digits. */
static char *phone_normalize(const char *text)
{
	g_autofree char *trimmed = text_trim(text);
	g_autofree char *digits = dup_digits(trimmed);
	size_t length = digits ? strlen(digits) : 0;

	if (!digits)
		return NULL;
	if (trimmed[0] == '+')
		return g_strconcat("+", digits, NULL);
	if (length == 11 && (digits[0] == '7' || digits[0] == '8'))
		return g_strconcat("+7", digits + 1, NULL);
	if (length == 10 && digits[0] == '9')
		return g_strconcat("+7", digits, NULL);
	return NULL;
}

char *login_normalize(const char *login)
{
	char *phone = phone_normalize(login);

	return phone ? phone : g_strdup(login);
}

char *login_fold(const char *login)
{
	g_autofree char *normal = login_normalize(login);

	return text_fold(normal);
}

/* --- E-mail: whether it arrives only mail can tell; this refuses what is no address at all --- */

static bool is_domain(const char *domain)
{
	const char *last = strrchr(domain, '.');

	return domain[0] != '.' && domain[0] != '-' && last && last[1] && !strstr(domain, "..");
}

static bool is_email(const char *text)
{
	const char *at = strchr(text, '@');

	for (const char *c = text; *c; c++)
		if (g_ascii_iscntrl(*c) || strchr(" <>()[],;:\"\\", *c))
			return false;
	return at && at > text && at - text <= LOCAL_BYTES_MAX && !strchr(at + 1, '@') &&
	       text[0] != '.' && at[-1] != '.' && strlen(text) <= EMAIL_BYTES_MAX &&
	       text_is_one_line(text) && is_domain(at + 1);
}

char *contact_normalize(ContactKind kind, const char *value, GError **error)
{
	g_autofree char *trimmed = text_trim(value);
	char *phone = kind == CONTACT_PHONE ? phone_normalize(trimmed) : NULL;

	if (phone)
		return phone;
	if (kind == CONTACT_EMAIL && is_email(trimmed))
		return g_steal_pointer(&trimmed);
	error_reason(error, ERROR_INVALID, "invalid", field_of(kind),
		     kind == CONTACT_EMAIL ? "An e-mail address looks like anna@school.example"
					   : "A phone looks like +7 900 123-45-67");
	return NULL;
}

/* --- Rules --- */

typedef struct {
	char *value; /* NULL: none */
	Visibility shown;
} Contact;

static void contact_clear(Contact *self)
{
	g_free(self->value);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Contact, contact_clear)

static bool find(People *self, const char *person, ContactKind kind, Contact *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_contact");
	bool row;

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":kind", kind);
	if (!query_next(query, &row, error))
		return false;
	if (row) {
		ret->value = g_strdup(query_text(query, 0));
		ret->shown = (Visibility)query_int(query, 1);
	}
	return true;
}

static bool append_contact(People *self, const Actor *actor, const char *person, ContactKind kind,
			   const char *value, Visibility shown, GError **error)
{
	return people_append(self, actor, "person.contact.changed", person,
			     json_pack("{s:i, s:s?, s:i}", "contact", (int)kind, "value", value,
				       "shown", (int)shown),
			     error);
}

static bool check_may_set(People *self, const Actor *actor, const char *person, GError **error)
{
	return people_is_self(actor, person) || people_leads(self, actor, person) ||
	       actor_check_administrator(actor, error);
}

bool people_set_contact(People *self, const Actor *actor, const char *person, ContactKind kind,
			const char *value, GError **error)
{
	g_autofree char *normal = NULL;
	g_auto(Contact) known = {0};
	unsigned roles;

	if (!check_may_set(self, actor, person, error) ||
	    !people_check_exists(self, person, &roles, error) ||
	    !find(self, person, kind, &known, error))
		return false;
	if (value && !text_is_blank(value)) {
		normal = contact_normalize(kind, value, error);
		if (!normal)
			return false;
	}
	if (g_strcmp0(normal, known.value) == 0)
		return true;
	return append_contact(self, actor, person, kind, normal, known.shown, error);
}

bool people_show_contact(People *self, const Actor *actor, const char *person, ContactKind kind,
			 Visibility shown, GError **error)
{
	g_auto(Contact) known = {0};

	if (!people_is_self(actor, person))
		return error_set(error, ERROR_FORBIDDEN, "Only its owner may show it");
	if (shown != VISIBLE_NOBODY && (people_roles(self, person) & ROLE_PUPIL))
		return error_reason(error, ERROR_CONFLICT, "pupils-contact", field_of(kind),
				    "A pupil's phone and e-mail stay with the administrators");
	if (!find(self, person, kind, &known, error))
		return false;
	if (!known.value || known.shown == shown)
		return true;
	return append_contact(self, actor, person, kind, known.value, shown, error);
}

char *people_dup_contact(People *self, const char *person, ContactKind kind)
{
	Contact known = {0};

	find(self, person, kind, &known, NULL);
	return known.value;
}

char *people_dup_language(People *self, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, "find_language");
	bool row;

	query_bind_text(query, ":person", person);
	return g_strdup(query_next(query, &row, NULL) && row ? query_text(query, 0) : "ru");
}
