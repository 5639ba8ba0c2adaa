/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What may leave a school, in the words of who decides it. */
#include "uplink/groups.h"

#include <glib.h>
#include <string.h>

static const struct {
	const char *group;
	const char *beginning;
} BEGINNINGS[] = {
        {"school", "school."},      {"school", "year."},        {"people", "person."},
        {"people", "child."},       {"pictures", "person.picture."}, {"pictures", "school.logo."},
              {"classes", "class."},      {"consents", "consent."},
        {"chats", "chat."},         {"messages", "chat.message."},
        {"complaints", "complaint."}, {"keeping", "retention."}, {"keeping", "hold."},
        {"broadcasts", "broadcast."}, {"requests", "request."},
};

static const char *const NAMES[] = {"school", "people", "pictures", "classes", "chats", "messages", "consents",
                                    "complaints", "keeping", "broadcasts", "requests"};

const char *group_of_kind(const char *kind)
{
	const char *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(BEGINNINGS); i++) {
		size_t length = strlen(BEGINNINGS[i].beginning);

		if (length > longest && g_str_has_prefix(kind, BEGINNINGS[i].beginning)) {
			longest = length;
			found = BEGINNINGS[i].group;
		}
	}
	return found;
}

const char *group_name(unsigned index)
{
	return index < G_N_ELEMENTS(NAMES) ? NAMES[index] : NULL;
}
