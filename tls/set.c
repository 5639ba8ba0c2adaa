/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Loading and saving what is in use. */
#include "tls/set.h"

#include <string.h>

/* nginx reads it inside a server block. A month: a school that goes back to its own authority is
 * not locked out for a year. */
#define HSTS_ON	 "set $transport_security \"max-age=2592000\";\n"
#define HSTS_OFF "set $transport_security \"\";\n"

static const char *const KINDS[] = {
	[KIND_OWN] = "own-ca", [KIND_IMPORTED] = "imported", [KIND_ACME] = "acme"};

const char *kind_name(Kind kind)
{
	return KINDS[kind];
}

void set_free(Set *self)
{
	if (!self)
		return;
	pair_free(self->authority);
	pair_free(self->server);
	g_free(self->fault);
	g_free(self);
}

void set_take_authority(Set *self, Pair *authority)
{
	pair_free(self->authority);
	self->authority = authority;
}

void set_take_server(Set *self, Pair *server, Kind kind)
{
	pair_free(self->server);
	self->server = server;
	self->kind = kind;
}

static char *read_word(const Folder *folder, const char *name)
{
	g_autofree char *path = folder_path(folder, name);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? g_strchomp(text) : NULL;
}

static void read_kind(Set *self, const Folder *folder)
{
	g_autofree char *kind = read_word(folder, "current/kind");
	g_autofree char *replaced = read_word(folder, "current/replaced");

	for (Kind i = KIND_OWN; i <= KIND_ACME; i++)
		if (g_strcmp0(kind, KINDS[i]) == 0)
			self->kind = i;
	self->replaced_s = replaced ? g_ascii_strtoll(replaced, NULL, 10) : 0;
}

static Pair *load(Set *self, const Folder *folder, const char *name)
{
	g_autofree char *chain = g_strdup_printf("current/%s.crt", name);
	g_autofree char *key = g_strdup_printf("current/%s.key", name);
	g_autofree char *chain_path = folder_path(folder, chain);
	g_autofree char *key_path = folder_path(folder, key);
	g_autoptr(GError) fault = NULL;
	Pair *pair = pair_load(chain_path, key_path, &fault);

	if (!pair && !self->is_broken) {
		self->is_broken = true;
		self->fault = g_strdup(fault->message);
	}
	return pair;
}

Set *set_load(const Folder *folder)
{
	Set *self = g_new0(Set, 1);

	if (!folder_has_set(folder))
		return self;
	read_kind(self, folder);
	self->authority = load(self, folder, "ca");
	self->server = load(self, folder, "server");
	return self;
}

static GBytes *text_bytes(const char *text)
{
	return g_bytes_new(text, strlen(text));
}

bool set_save(const Set *self, Folder *folder, GError **error)
{
	g_autoptr(GBytes) authority_chain = pair_format_chain(self->authority);
	g_autoptr(GBytes) authority_key = pair_format_key(self->authority);
	g_autoptr(GBytes) server_chain = pair_format_chain(self->server);
	g_autoptr(GBytes) server_key = pair_format_key(self->server);
	g_autoptr(GBytes) kind = text_bytes(KINDS[self->kind]);
	g_autoptr(GBytes) hsts = text_bytes(self->kind == KIND_OWN ? HSTS_OFF : HSTS_ON);
	g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, self->replaced_s);
	g_autoptr(GBytes) replaced = text_bytes(seconds);
	const FolderFile files[] = {
		{"ca.crt", 0644, authority_chain}, {"ca.key", 0600, authority_key},
		{"server.crt", 0644, server_chain}, {"server.key", 0600, server_key},
		{"kind", 0644, kind},		    {"nginx-hsts.conf", 0644, hsts},
		{"replaced", 0644, replaced},	    {0},
	};

	return folder_replace(folder, files, self->is_broken, error);
}
