/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Channels of the school community: administrators make them, few write, those read whom their
 * audience names.
 *
 * Who is in a channel follows roles, classes and families, as in the chats that make themselves; its
 * rows are made at once for everybody, so that a list of chats, counters and the live stream treat
 * it as any other chat. */
#include "chats/chats-private.h"

#include <string.h>

static const struct {
	const char *name;
	unsigned bit;
} AUDIENCES[] = {{"staff", READ_BY_STAFF}, {"parents", READ_BY_PARENTS}, {"pupils", READ_BY_PUPILS}};

bool chats_read_audience(const json_t *list, unsigned *ret_readers, GError **error)
{
	unsigned readers = 0;
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item) {
		const char *name = json_string_value(item);
		unsigned bit = 0;

		for (size_t k = 0; name && k < G_N_ELEMENTS(AUDIENCES); k++)
			if (strcmp(AUDIENCES[k].name, name) == 0)
				bit = AUDIENCES[k].bit;
		if (!bit)
			return error_reason(error, ERROR_INVALID, "invalid", "readers",
			                    "A channel is read by staff, parents, pupils");
		readers |= bit;
	}
	if (!readers)
		return error_reason(error, ERROR_INVALID, "empty", "readers",
		                    "Somebody has to read the channel");
	*ret_readers = readers;
	return true;
}

/* --- The rules --- */

static bool append(Chats *self, const Actor *actor, const char *kind, const char *chat, json_t *body,
                   GError **error)
{
	g_autofree char *scope = g_strconcat("chat:", chat, NULL);
	g_autoptr(Event) event = event_new(actor, kind, scope, chat, body);

	return events_append(self->events, event, error);
}

static bool check_classes(Chats *self, const json_t *classes, GError **error)
{
	size_t i;
	json_t *item;

	if (json_array_size(classes) > CHANNEL_CLASSES_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", "classes",
		                    "A channel is of at most %d classes", CHANNEL_CLASSES_MAX);
	json_array_foreach(classes, i, item) {
		const char *id = json_string_value(item);

		if (!id_is_valid(id) || !classes_exists(self->classes, id))
			return error_reason(error, ERROR_INVALID, "invalid", "classes",
			                    "There is no such class");
	}
	return true;
}

static bool check_writers(Chats *self, const json_t *writers, GError **error)
{
	size_t i;
	json_t *item;

	if (json_array_size(writers) > CHANNEL_WRITERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-many-members", "writers",
		                    "At most %d people write a channel", CHANNEL_WRITERS_MAX);
	json_array_foreach(writers, i, item) {
		const char *id = json_string_value(item);

		if (!id_is_valid(id) || !(people_roles(self->people, id) & ROLE_STAFF))
			return error_reason(error, ERROR_INVALID, "invalid", "writers",
			                    "Only teachers and administrators write a channel");
	}
	return true;
}

static bool check_space(Chats *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_channels");

	if (!query_one(query, error))
		return false;
	if (query_int(query, 0) < CHANNELS_MAX)
		return true;
	return error_reason(error, ERROR_CONFLICT, "too-many-chats", NULL,
	                    "A school has at most %d channels", CHANNELS_MAX);
}

static json_t *channel_body(const Channel *channel, const char *title)
{
	return json_pack("{s:s, s:s, s:i, s:O}", "title", title, "about",
	                 channel->about ? channel->about : "", "readers", (int)channel->readers,
	                 "classes", channel->classes);
}

static bool check_channel(Chats *self, const Channel *channel, char **ret_title, GError **error)
{
	return chats_check_title(channel->title, ret_title, error) &&
	       chats_check_about(channel->about, error) &&
	       check_classes(self, channel->classes, error);
}

bool chats_add_channel(Chats *self, const Actor *actor, const Channel *channel,
                       const json_t *writers, Id *ret_chat, GError **error)
{
	g_autofree char *title = NULL;
	Id chat = id_new();
	size_t i;
	json_t *writer;

	if (!actor_check_administrator(actor, error) ||
	    !check_channel(self, channel, &title, error) || !check_writers(self, writers, error) ||
	    !check_space(self, error) ||
	    !append(self, actor, "chat.channel.added", chat.text, channel_body(channel, title), error))
		return false;
	json_array_foreach(writers, i, writer)
		if (!chats_set_part(self, actor, chat.text, json_string_value(writer), PART_WRITER,
		                    error))
			return false;
	*ret_chat = chat;
	return true;
}

bool chats_change_channel(Chats *self, const Actor *actor, const char *chat, const Channel *channel,
                          GError **error)
{
	g_autofree char *title = NULL;

	return actor_check_administrator(actor, error) &&
	       check_channel(self, channel, &title, error) &&
	       append(self, actor, "chat.changed", chat, channel_body(channel, title), error);
}

/* --- The rows --- */

static bool write_classes(Chats *self, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_channel_classes");
	size_t i;
	json_t *item;

	query_bind_text(query, ":id", event->subject);
	if (!query_run(query, error))
		return false;
	json_array_foreach(json_object_get(event->body, "classes"), i, item) {
		g_autoptr(Query) add = store_query(self->store, "add_channel_class");

		query_bind_text(add, ":id", event->subject);
		query_bind_text(add, ":class", json_string_value(item));
		if (!query_run(add, error))
			return false;
	}
	return true;
}

static bool change_members(Chats *self, const char *statement, const Event *event, bool in,
                           GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	g_autoptr(GPtrArray) people = NULL;

	query_bind_text(query, ":id", event->subject);
	if (in)
		query_bind_int(query, ":hlc", (int64_t)event->hlc);
	people = query_list_texts(query, error);
	for (guint i = 0; people && i < people->len; i++)
		chats_tell_person(self, event->subject, people->pdata[i], in);
	return people != NULL;
}

static bool count_members(Chats *self, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_channel");

	query_bind_text(query, ":id", event->subject);
	return query_run(query, error);
}

bool chats_fill_channel(Chats *self, const Event *event, GError **error)
{
	return write_classes(self, event, error) &&
	       change_members(self, "drain_channel", event, false, error) &&
	       change_members(self, "fill_channel", event, true, error) &&
	       count_members(self, event, error);
}

bool chats_follow_channels(Chats *self, const char *person, Hlc now, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_channel_ids");
	g_autoptr(GPtrArray) channels = query_list_texts(query, error);

	for (guint i = 0; channels && i < channels->len; i++)
		if (!chats_follow_member(self, channels->pdata[i], person, now, error))
			return false;
	return channels != NULL;
}

bool chats_drop_lost_parts(Chats *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "drop_lost_parts");

	query_bind_text(query, ":person", person);
	return query_run(query, error);
}
