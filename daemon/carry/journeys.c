/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What goes onto a stick, and what comes from one: events and state as sync/ says them, files by
 * their content. */
#include "carry/carry-private.h"

#include "base/log.h"

#include <string.h>

/* What came and is in no row (of somebody who was erased meanwhile) does not stay. */
static void remove_unwanted(Carry *self)
{
	GHashTableIter iter;
	void *address;

	g_hash_table_iter_init(&iter, self->taken);
	while (g_hash_table_iter_next(&iter, &address, NULL))
		if (!pictures_wants(self->options.pictures, address))
			files_remove(self->options.files, address);
}

void carry_end_journey(Carry *self)
{
	if (self->taken)
		remove_unwanted(self);
	g_clear_pointer(&self->taken, g_hash_table_unref);
	g_clear_pointer(&self->parcel, parcel_free);
	g_clear_pointer(&self->greeting, json_decref);
	self->has_holdings = false;
	self->events = 0;
	self->journey = (Id){""};
}

static void begin_journey(Carry *self, bool is_import)
{
	carry_end_journey(self);
	self->journey = id_new();
	self->touched_boot_ms = clock_boot_ms();
	self->is_import = is_import;
}

static bool check_journey(Carry *self, Request *request, bool is_import, GError **error)
{
	if (g_str_equal(request_param(request, "journey"), self->journey.text) &&
	    self->is_import == is_import) {
		self->touched_boot_ms = clock_boot_ms();
		return true;
	}
	return error_reason(error, ERROR_CONFLICT, "carry-over", NULL,
	                    "This journey is over: urokd was started again, or another one was begun");
}

/* --- Onto a stick --- */

bool carry_begin_export(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	Sync *sync = self->options.sync;
	bool all = json_is_true(json_object_get(request_body(request), "all"));
	size_t known = 0;
	g_autoptr(json_t) chains = boxes_common_chains(self, &known, error);
	g_autoptr(json_t) other = NULL;
	g_autoptr(json_t) greeting = NULL;
	bool heard;

	if (!chains || !boxes_heard_since_restore(self, &heard, error))
		return false;
	if (!known && !all)
		return error_reason(error, ERROR_CONFLICT, "carry-nobody", NULL,
		                    "No other box is known yet: begin with urokctl carry export in the "
		                    "other building, or say --all to write down everything");
	begin_journey(self, false);
	if (all) {
		json_decref(chains);
		chains = json_array();
	}
	other = parcel_unknown(sync, chains);
	self->parcel = parcel_new(sync, other, error);
	greeting = self->parcel ? boxes_greet(self, error) : NULL;
	if (!greeting)
		return false;
	if (!heard)
		parcel_withhold_own(self->parcel);
	*ret_answer = json_pack("{ss sO sI sI sb}", "id", self->journey.text, "greeting", greeting,
	                        "waiting",
	                        (json_int_t)parcel_waiting(self->parcel), "boxes", (json_int_t)known,
	                        "withheld", (int)!heard);
	return carry_tell_begin(self, error);
}

bool carry_next_frame(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	json_t *frame;

	if (!check_journey(self, request, false, error))
		return false;
	frame = parcel_next(self->parcel);
	if (frame)
		self->events += (int64_t)json_array_size(json_object_get(frame, "events"));
	*ret_answer = json_pack("{so sI}", "frame", frame ? frame : json_null(), "events",
	                 (json_int_t)self->events);
	return true;
}

static bool add_file(Carry *self, json_t *items, const char *address, GError **error)
{
	bool known = false;

	if (!boxes_have_file(self, address, &known, error))
		return false;
	json_array_append_new(items, json_pack("{ss sb}", "address", address, "known", (int)known));
	return true;
}

bool carry_list_files(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	json_int_t part = json_integer_value(json_object_get(request_body(request), "part"));
	g_autoptr(GPtrArray) addresses = NULL;
	g_autoptr(json_t) items = json_array();

	if (!check_journey(self, request, false, error))
		return false;
	if (part < 0 || part >= FILES_PARTS)
		return error_reason(error, ERROR_INVALID, "invalid", "part", "There is no such part");
	addresses = files_list(self->options.files, (unsigned)part);
	for (guint i = 0; i < addresses->len; i++)
		if (!add_file(self, items, addresses->pdata[i], error))
			return false;
	*ret_answer = json_pack("{sO}", "items", items);
	return true;
}

/* All of it is on the stick, which urokctl alone knows. */
bool carry_end_export(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	json_int_t files = json_integer_value(json_object_get(request_body(request), "files"));

	if (!check_journey(self, request, false, error) || !carry_tell_end(self, files, 0, error))
		return false;
	*ret_answer = json_object();
	carry_end_journey(self);
	return true;
}

/* --- From a stick --- */

static bool check_school(Carry *self, const char *school, GError **error)
{
	g_autofree char *ours = school_dup_id(self->options.school);

	if (!ours || g_strcmp0(school, ours) == 0)
		return true; /* one that is empty becomes that school's */
	return error_reason(error, ERROR_CONFLICT, "carry-school", NULL,
	                    "This is another school's: nothing was taken");
}

bool carry_begin_import(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	const json_t *body = request_body(request);
	json_t *greeting = json_object_get(body, "greeting");

	if (!parcel_greeting_is_valid(greeting))
		return error_reason(error, ERROR_INVALID, "invalid", "greeting",
		                    "What the other box says of itself makes no sense");
	if (!check_school(self, json_string_value(json_object_get(body, "school")), error))
		return false;
	if (g_strcmp0(json_string_value(json_object_get(greeting, "epoch")),
	              events_epoch(self->options.events)->text) == 0)
		return error_reason(error, ERROR_CONFLICT, "carry-own", NULL,
		                    "This box wrote it itself");
	begin_journey(self, true);
	self->parcel = parcel_new(self->options.sync, greeting, error);
	if (!self->parcel)
		return false;
	self->greeting = json_incref(greeting);
	self->taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	*ret_answer = json_pack("{ss}", "id", self->journey.text);
	return carry_tell_begin(self, error);
}

bool carry_take_frame(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	json_t *frame = json_object_get(request_body(request), "frame");
	uint64_t events = 0;

	if (!check_journey(self, request, true, error))
		return false;
	if (!json_is_object(frame))
		return error_reason(error, ERROR_INVALID, "invalid", "frame", "There is no frame");
	if (!parcel_take(self->parcel, frame, &events, error))
		return false;
	self->events += (int64_t)events;
	*ret_answer = json_pack("{sI}", "events", (json_int_t)self->events);
	return true;
}

static bool read_addresses(Request *request, const json_t **ret_list, GError **error)
{
	const json_t *list = json_object_get(request_body(request), "addresses");
	size_t i;
	json_t *address;

	if (!json_is_array(list) || json_array_size(list) > ADDRESSES_MAX)
		return error_reason(error, ERROR_INVALID, "invalid", "addresses",
		                    "At most %d addresses are told at once", ADDRESSES_MAX);
	json_array_foreach(list, i, address)
		if (!file_address_is_valid(json_string_value(address)))
			return error_reason(error, ERROR_INVALID, "invalid", "addresses",
			                    "This is no file's address");
	*ret_list = list;
	return true;
}

typedef struct {
	Carry *carry;
	const json_t *addresses;
	bool newer;
} Hearing;

static bool write_holdings(void *data, GError **error)
{
	Hearing *hearing = data;
	Carry *self = hearing->carry;
	const char *origin = json_string_value(json_object_get(self->greeting, "origin"));
	size_t i;
	json_t *address;

	if (!self->has_holdings && !boxes_forget_files(self, origin, error))
		return false;
	json_array_foreach(hearing->addresses, i, address)
		if (!boxes_add_file(self, origin, json_string_value(address), error))
			return false;
	return true;
}

static bool write_greeting(void *data, GError **error)
{
	Hearing *hearing = data;

	return boxes_hear(hearing->carry, hearing->carry->greeting, &hearing->newer, error);
}

/* What it has comes first: an older stick's word does not count. */
bool carry_take_holdings(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	Hearing hearing = {.carry = self};

	if (!check_journey(self, request, true, error) ||
	    !read_addresses(request, &hearing.addresses, error) ||
	    !carry_in_turn(self, write_greeting, &hearing, error))
		return false;
	if (hearing.newer && !carry_in_turn(self, write_holdings, &hearing, error))
		return false;
	self->has_holdings = true;
	*ret_answer = json_pack("{sb}", "newer", (int)hearing.newer);
	return true;
}

bool carry_find_lacking(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	const json_t *list;
	json_t *lacking;
	size_t i;
	json_t *address;

	if (!check_journey(self, request, true, error) || !read_addresses(request, &list, error))
		return false;
	lacking = json_array();
	json_array_foreach(list, i, address)
		if (!files_has(self->options.files, json_string_value(address)))
			json_array_append(lacking, address);
	*ret_answer = json_pack("{so}", "addresses", lacking);
	return true;
}

bool carry_take_file(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	const char *address = request_param(request, "address");

	if (!check_journey(self, request, true, error))
		return false;
	if (!file_address_is_valid(address) || request_spool(request) < 0)
		return error_reason(error, ERROR_INVALID, "invalid", NULL, "This is no file");
	if (!files_take(self->options.files, request_spool(request), address, error))
		return false;
	g_hash_table_add(self->taken, g_strdup(address));
	*ret_answer = json_object();
	return true;
}

bool carry_end_import(Carry *self, Request *request, json_t **ret_answer, GError **error)
{
	Hearing hearing = {.carry = self};
	g_autoptr(json_t) aside = NULL;
	bool healed = false;

	if (!check_journey(self, request, true, error) ||
	    !parcel_end(self->parcel, &healed, error) ||
	    !carry_in_turn(self, write_greeting, &hearing, error))
		return false;
	aside = sync_list_quarantine(self->options.sync, error);
	if (!aside || !carry_tell_end(self, g_hash_table_size(self->taken),
	                              (int64_t)json_array_size(aside), error))
		return false;
	*ret_answer = json_pack("{sI sb sb sI sI}", "events", (json_int_t)self->events, "newer",
	                   (int)hearing.newer, "healed", (int)healed, "aside",
	                   (json_int_t)json_array_size(aside), "files",
	                   (json_int_t)g_hash_table_size(self->taken));
	log_write(LOG_NOTICE, "A stick brought %" G_GINT64_FORMAT " events and %u files",
	          (gint64)self->events, g_hash_table_size(self->taken));
	carry_end_journey(self);
	return true;
}
