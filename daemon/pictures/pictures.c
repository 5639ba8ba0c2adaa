/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which files are still wanted, and how one is served. */
#include "pictures/pictures-private.h"

#include <string.h>

#define KEPT_S "86400" /* by browsers, under an address that names the content */

typedef struct {
	PictureWanted is_wanted;
	void *room;
} Owner;

void picture_clear(Picture *self)
{
	g_free(self->large);
	g_free(self->small);
	*self = (Picture){0};
}

Pictures *pictures_new(Store *store, Jobs *jobs, Files *files)
{
	Pictures *self = g_new0(Pictures, 1);

	self->store = store;
	self->jobs = jobs;
	self->files = files;
	self->owners = g_array_new(FALSE, FALSE, sizeof(Owner));
	self->uploads = g_ptr_array_new();
	return self;
}

void pictures_free(Pictures *self)
{
	if (!self)
		return;
	g_ptr_array_unref(self->uploads);
	g_array_unref(self->owners);
	g_free(self);
}

void pictures_add_owner(Pictures *self, PictureWanted is_wanted, void *room)
{
	const Owner owner = {is_wanted, room};

	g_array_append_val(self->owners, owner);
}

/* --- What nobody has any more --- */

bool pictures_wants(const Pictures *self, const char *address)
{
	for (guint i = 0; i < self->owners->len; i++) {
		const Owner *owner = &g_array_index(self->owners, Owner, i);

		if (owner->is_wanted(owner->room, address))
			return true;
	}
	return false;
}

static bool is_wanted(void *pictures, const char *address)
{
	return pictures_wants(pictures, address);
}

void pictures_sweep(Pictures *self)
{
	files_sweep(self->files, is_wanted, self);
}

typedef struct {
	Pictures *pictures;
	Picture picture;
} Leftover;

static void leftover_free(void *data)
{
	Leftover *self = data;

	picture_clear(&self->picture);
	g_free(self);
}

static void remove_leftover(void *data, const GError *failure)
{
	const Leftover *self = data;
	const char *const addresses[] = {self->picture.large, self->picture.small};

	for (size_t i = 0; !failure && i < G_N_ELEMENTS(addresses); i++)
		if (addresses[i] && !pictures_wants(self->pictures, addresses[i]))
			files_remove(self->pictures->files, addresses[i]);
}

void pictures_let_go(Pictures *self, Picture *picture)
{
	Leftover *leftover;

	if (!picture->large)
		return;
	leftover = g_new0(Leftover, 1);
	leftover->pictures = self;
	leftover->picture = *picture;
	*picture = (Picture){0};
	store_after_commit(self->store, remove_leftover, leftover, leftover_free);
}

/* --- Seeing one --- */

static bool check_size(const char *size, GError **error)
{
	return !size || strcmp(size, "small") == 0 || strcmp(size, "large") == 0 ||
	       error_reason(error, ERROR_INVALID, "invalid", "size", "A picture is small or large");
}

bool picture_reply(const Picture *self, Request *request, const char *size, bool for_all,
		   GError **error)
{
	static const char *const NAMES[] = {"size", "v", NULL};
	static const char *const KEPT[][2] = {
		{"private, no-cache", "private, max-age=" KEPT_S ", immutable"},
		{"no-cache", "public, max-age=" KEPT_S ", immutable"},
	};
	const char *version = request_query(request, "v");
	const char *address = g_strcmp0(size, "small") == 0 ? self->small : self->large;
	g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
	g_autofree char *place = NULL;
	bool is_named;

	if (!request_check_query(request, NAMES, error) || !check_size(size, error))
		return false;
	if (!address)
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	place = files_place(address);
	is_named = version && strncmp(self->large, version, PICTURE_VERSION_LENGTH) == 0;
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
