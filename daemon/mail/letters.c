/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Texts of letters: files of texts/, whose first line is the subject. */
#include "mail/letters.h"

#include "base/text.h"
#include "mail/mail.h"

#include <gio/gio.h>
#include <string.h>

void letter_text_clear(LetterText *self)
{
	g_clear_pointer(&self->subject, g_free);
	g_clear_pointer(&self->text, g_free);
}

static LetterText fill(const char *name, const char *language, const TextWord words[])
{
	g_autofree char *path = g_strdup_printf("/urok/letters/%s.%s.txt", name,
	                                        strcmp(language, "en") == 0 ? "en" : "ru");
	g_autoptr(GBytes) bytes = g_resources_lookup_data(path, 0, NULL);
	g_autofree char *template = NULL;
	g_autofree char *filled = NULL;
	g_autofree char *subject = NULL;
	char *end;
	gsize size;

	g_assert(bytes);
	template = g_strdup(g_bytes_get_data(bytes, &size));
	filled = text_fill(template, words);
	end = strchr(filled, '\n');
	subject = g_strndup(filled, (gsize)(end - filled));
	return (LetterText){text_shorten(subject, LETTER_SUBJECT_MAX - 1), text_trim(end)};
}

LetterText letters_invitation(const char *language, const InvitationWords *words)
{
	return fill("invitation", language,
	            (const TextWord[]){{"school", words->school},
	                               {"name", words->name},
	                               {"class", words->class_name},
	                               {"inviter", words->inviter},
	                               {"link", words->link},
	                               {"code", words->code},
	                               {"address", words->address},
	                               {"valid_until", words->valid_until},
	                               {"support", words->support},
	                               {0}});
}

LetterText letters_recovered(const char *language, const RecoveredWords *words)
{
	return fill("recovered", language,
	            (const TextWord[]){{"school", words->school},
	                               {"name", words->name},
	                               {"when", words->when},
	                               {"helper", words->helper},
	                               {"support", words->support},
	                               {0}});
}

LetterText letters_parent_linked(const char *language, const ParentLinkedWords *words)
{
	return fill("parent-linked", language,
	            (const TextWord[]){{"school", words->school},
	                               {"child", words->child},
	                               {"parent", words->parent},
	                               {"when", words->when},
	                               {"teacher", words->teacher},
	                               {"support", words->support},
	                               {0}});
}
