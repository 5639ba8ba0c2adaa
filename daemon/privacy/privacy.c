/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The room: how it is made, what it does at start, its table of routes. */
#include "privacy/retention-private.h"

#include "base/log.h"

const Migration PRIVACY_MIGRATION = {.resource = "/urok/privacy/privacy-schema.sql"};

Privacy *privacy_new(const PrivacyOptions *options)
{
	Privacy *self = g_new0(Privacy, 1);

	self->store = options->store;
	self->events = options->events;
	self->people = options->people;
	self->ledger = ledger_new(options->data_directory);
	self->eraser = eraser_new(self);
	self->keeper = keeper_new(self);
	retention_add_kinds(self);
	holds_add_person_data(self);
	eraser_follow(self->eraser);
	self->exports = g_ptr_array_new();
	return self;
}

void privacy_free(Privacy *self)
{
	if (!self)
		return;
	eraser_free(self->eraser);
	keeper_free(self->keeper);
	ledger_free(self->ledger);
	g_ptr_array_unref(self->exports);
	g_free(self);
}

/* --- At start --- */

static bool is_done(Privacy *self, const char *person, bool *ret_done, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_erasure");
	bool row;

	query_bind_text(query, ":person", person);
	if (!query_next(query, &row, error))
		return false;
	*ret_done = row && !query_is_null(query, 1);
	return true;
}

static bool begin_again(Privacy *self, const GPtrArray *persons, unsigned *ret_count, GError **error)
{
	for (guint i = 0; i < persons->len; i++) {
		const char *person = persons->pdata[i];
		bool done;

		if (!is_done(self, person, &done, error))
			return false;
		if (done || !people_exists(self->people, person))
			continue;
		if (!eraser_begin(self->eraser, &ACTOR_OF_SYSTEM, person, "ledger", error))
			return false;
		++*ret_count;
	}
	return true;
}

bool privacy_start(Privacy *self, GError **error)
{
	g_autoptr(GPtrArray) persons = ledger_read(self->ledger, error);
	unsigned count = 0;
	bool done;

	if (!persons || !eraser_resume(self->eraser, error))
		return false;
	if (persons->len == 0)
		return true;
	if (!store_begin(self->store, error))
		return false;
	done = begin_again(self, persons, &count, error);
	if (!store_end(self->store, done, done ? error : NULL) || !done ||
	    !store_commit(self->store, error))
		return false;
	if (count)
		log_write(LOG_NOTICE, "The ledger of erasures is applied again, to %u people", count);
	return true;
}

const Route PRIVACY_ROUTES[] = {
	{GET, "/api/v1/people/:person/export", "person-self", 0, get_export},
	{POST, "/api/v1/people/:person/erasure", "administrator", 4096, post_erasure},
	{GET, "/api/v1/people/:person/erasure", "administrator", 0, get_erasure},
	{POST, "/api/v1/people/:person/merge", "administrator", 512, post_merge},
	{GET, "/api/v1/console/incident", "console", 0, get_incident},
	{0},
};
