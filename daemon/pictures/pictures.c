/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which files are still wanted, and how one is served. */
#include "pictures/pictures-private.h"

#include <string.h>

#define KEPT_S "86400" /* by browsers, under an address that names the content */

#define CAME_MS 2000 /* pages look again at most so often */

typedef struct {
	PictureOwner owner;
	void *room;
} Owner;

void picture_clear(Picture *self)
{
	g_free(self->large);
	g_free(self->small);
	*self = (Picture){0};
}

Picture *picture_new(const char *large, const char *small)
{
	Picture *self = g_new(Picture, 1);

	*self = (Picture){g_strdup(large), g_strdup(small)};
	return self;
}

void picture_free(void *data)
{
	picture_clear(data);
	g_free(data);
}

static void tell_came(void *data)
{
	Pictures *self = data;

	if (self->on_came)
		self->on_came(self->came_room);
}

Pictures *pictures_new(Store *store, Jobs *jobs, Files *files)
{
	Pictures *self = g_new0(Pictures, 1);

	self->store = store;
	self->jobs = jobs;
	self->files = files;
	self->owners = g_array_new(FALSE, FALSE, sizeof(Owner));
	self->uploads = g_ptr_array_new();
	self->came = brake_new(CAME_MS, tell_came, self);
	return self;
}

void pictures_free(Pictures *self)
{
	if (!self)
		return;
	brake_free(self->came);
	g_ptr_array_unref(self->uploads);
	g_array_unref(self->owners);
	g_free(self);
}

void pictures_add_owner(Pictures *self, const PictureOwner *owner, void *room)
{
	const Owner added = {*owner, room};

	g_array_append_val(self->owners, added);
}

static const Owner *owner_at(const Pictures *self, unsigned index)
{
	return &g_array_index(self->owners, Owner, index);
}

const char *pictures_kind(const Pictures *self, unsigned index)
{
	return index < self->owners->len ? owner_at(self, index)->owner.kind : NULL;
}

/* --- What comes from elsewhere --- */

void pictures_set_watch(Pictures *self, const PictureWatch *watch, void *room)
{
	self->watch = watch ? *watch : (PictureWatch){0};
	self->watch_room = room;
}

void pictures_set_on_came(Pictures *self, void (*came)(void *room), void *room)
{
	self->on_came = came;
	self->came_room = room;
}

void pictures_came(Pictures *self)
{
	brake_push(self->came);
}

typedef struct {
	Pictures *pictures;
	Picture picture;
} Change;

static void change_free(void *data)
{
	Change *self = data;

	picture_clear(&self->picture);
	g_free(self);
}

static void tell_named(void *data, const GError *failure)
{
	const Change *self = data;
	const PictureWatch *watch = &self->pictures->watch;

	if (!failure && watch->named)
		watch->named(self->pictures->watch_room, &self->picture);
}

void pictures_name(Pictures *self, const char *large, const char *small)
{
	Change *change = g_new(Change, 1);

	*change = (Change){self, {g_strdup(large), g_strdup(small)}};
	store_after_commit(self->store, tell_named, change, change_free);
}

/* --- What rows name, and what nobody has any more --- */

bool pictures_find(const Pictures *self, const char *address, bool *ret_named, GError **error)
{
	*ret_named = false;
	for (guint i = 0; i < self->owners->len && !*ret_named; i++) {
		const Owner *at = owner_at(self, i);

		if (!at->owner.find(at->room, address, ret_named, error))
			return false;
	}
	return true;
}

bool pictures_wants(const Pictures *self, const char *address)
{
	bool named;

	return !pictures_find(self, address, &named, NULL) || named;
}

static bool list_of(const Owner *at, GPtrArray *all, GError **error)
{
	const char *after = "";
	guint had;

	do {
		had = all->len;
		if (!at->owner.list(at->room, after, all, error))
			return false;
		after = all->len > had ? ((const Picture *)all->pdata[all->len - 1])->large : after;
	} while (all->len > had);
	return true;
}

GPtrArray *pictures_list(const Pictures *self, GError **error)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(picture_free);

	for (guint i = 0; i < self->owners->len; i++)
		if (!list_of(owner_at(self, i), all, error))
			return NULL;
	return g_steal_pointer(&all);
}

static bool is_wanted(void *pictures, const char *address)
{
	return pictures_wants(pictures, address);
}

void pictures_sweep(Pictures *self)
{
	files_sweep(self->files, is_wanted, self);
}

static void remove_leftover(void *data, const GError *failure)
{
	const Change *self = data;
	Pictures *pictures = self->pictures;
	const char *const addresses[] = {self->picture.large, self->picture.small};

	for (size_t i = 0; !failure && i < G_N_ELEMENTS(addresses); i++) {
		if (!addresses[i] || pictures_wants(pictures, addresses[i]))
			continue;
		files_remove(pictures->files, addresses[i]);
		if (pictures->watch.let_go)
			pictures->watch.let_go(pictures->watch_room, addresses[i]);
	}
}

void pictures_let_go(Pictures *self, Picture *picture)
{
	Change *change;

	if (!picture->large)
		return;
	change = g_new(Change, 1);
	*change = (Change){self, *picture};
	*picture = (Picture){0};
	store_after_commit(self->store, remove_leftover, change, change_free);
}

/* --- Seeing one --- */

static bool check_size(const char *size, GError **error)
{
	return !size || strcmp(size, "small") == 0 || strcmp(size, "large") == 0 ||
	       error_reason(error, ERROR_INVALID, "invalid", "size", "A picture is small or large");
}

bool picture_reply(const Pictures *self, const Picture *picture, Request *request, const char *size,
		   bool for_all, GError **error)
{
	static const char *const NAMES[] = {"size", "v", NULL};
	static const char *const KEPT[][2] = {
		{"private, no-cache", "private, max-age=" KEPT_S ", immutable"},
		{"no-cache", "public, max-age=" KEPT_S ", immutable"},
	};
	const char *version = request_query(request, "v");
	const char *address = g_strcmp0(size, "small") == 0 ? picture->small : picture->large;
	g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
	g_autofree char *place = NULL;
	bool is_named;

	if (!request_check_query(request, NAMES, error) || !check_size(size, error))
		return false;
	/* A row may name what another end has not sent yet. */
	if (!address || !self || !files_has(self->files, address))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	place = files_place(address);
	is_named = version && strncmp(picture->large, version, PICTURE_VERSION_LENGTH) == 0;
	request_add_header(request, "X-Accel-Redirect", place);
	request_add_header(request, "Cache-Control", KEPT[for_all][is_named]);
	request_reply_bytes(request, 200, "image/webp", nothing);
	return true;
}

GBytes *pictures_read(Pictures *self, const char *address)
{
	g_autofree char *path = self->files ? files_path(self->files, address) : NULL;
	char *bytes;
	gsize size;

	if (!path || !g_file_get_contents(path, &bytes, &size, NULL))
		return NULL;
	return g_bytes_new_take(bytes, size);
}
