/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What two ends may do to one chat without knowing of each other, for the conflict journal. The rows
 * need none of it: they commute (chats-apply.c). */
#include "chats/chats-private.h"

#include <string.h>

static char *key_of_subject(const Event *event)
{
	return g_strdup(event->subject);
}

static char *key_of_actor(const Event *event)
{
	return g_strdup(event->actor);
}

static char *key_of_chat(const Event *event)
{
	return g_str_has_prefix(event->scope, "chat:") ? g_strdup(event->scope + strlen("chat:")) : NULL;
}

static char *key_of_answered(const Event *event)
{
	return g_strdup(json_string_value(json_object_get(event->body, "reply_to")));
}

/* Somebody in a chat: who is removed, who writes. */
static char *key_of_removed(const Event *event)
{
	return g_strconcat(event->scope, "/", event->subject, NULL);
}

static char *key_of_writer(const Event *event)
{
	return g_strconcat(event->scope, "/", event->actor, NULL);
}

static char *key_of_blocked(const Event *event)
{
	return json_is_true(json_object_get(event->body, "blocked")) ? g_strdup(event->subject) : NULL;
}

static const Contest CONTESTS[] = {
        {"chat.message.edited", "chat.message.edited", "edited-twice", key_of_subject,
         key_of_subject, false},
        {"chat.message.blanked", "chat.message.edited", "deleted-while-edited", key_of_subject,
         key_of_subject, false},
        {"chat.message.blanked", "chat.message.posted", "deleted-while-answered", key_of_subject,
         key_of_answered, false},
        {"chat.closed", "chat.message.posted", "closed-while-written", key_of_subject, key_of_chat,
         true},
        {"chat.member.removed", "chat.message.posted", "removed-while-written", key_of_removed,
         key_of_writer, true},
        {"person.blocked.changed", "chat.message.posted", "blocked-while-written", key_of_blocked,
         key_of_actor, true},
        {"person.erased", "chat.message.posted", "erased-while-written", key_of_subject,
         key_of_actor, true},
        {0},
};

const char *chats_find_way_back(Chats *self, const Actor *reader, const char *how, const Event *lost)
{
	g_autofree char *chat = key_of_chat(lost);

	if (g_str_equal(how, "removed-while-written"))
		return chat && chats_may_return(self, reader, chat, lost->actor) ? "member" : NULL;
	if (g_str_equal(how, "blocked-while-written"))
		return people_is_blocked(self->people, lost->actor) ? "access" : NULL;
	return NULL;
}

void chats_add_contests(Chats *self)
{
	events_add_contests(self->events, CONTESTS);
}
