/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The tree of path segments in which a request finds its route. */
#include "http/http-private.h"

#include <string.h>

struct Node {
	const char *segment; /* interned; NULL in the root and in a parameter's node */
	GPtrArray *children; /* Node, of literal segments */
	Node *param;
	const Entry *entries[DELETE + 1];
};

static const char *const NAMES[] = {
        [GET] = "GET", [POST] = "POST", [PUT] = "PUT", [PATCH] = "PATCH", [DELETE] = "DELETE",
};

const char *method_name(Method method)
{
	return method ? NAMES[method] : "?";
}

static void free_node(void *node)
{
	node_free(node);
}

Node *node_new(void)
{
	Node *self = g_new0(Node, 1);

	self->children = g_ptr_array_new_with_free_func(free_node);
	return self;
}

void node_free(Node *self)
{
	if (!self)
		return;
	g_ptr_array_unref(self->children);
	node_free(self->param);
	g_free(self);
}

static Node *find_child(const Node *self, const char *segment)
{
	for (guint i = 0; i < self->children->len; i++) {
		Node *child = self->children->pdata[i];

		if (strcmp(child->segment, segment) == 0)
			return child;
	}
	return NULL;
}

static Node *grow(Node *self, const char *segment)
{
	Node *child;

	if (segment[0] == ':') {
		if (!self->param)
			self->param = node_new();
		return self->param;
	}
	child = find_child(self, segment);
	if (!child) {
		child = node_new();
		child->segment = g_intern_string(segment);
		g_ptr_array_add(self->children, child);
	}
	return child;
}

void node_add(Node *self, const Entry *entry)
{
	g_auto(GStrv) segments = g_strsplit(entry->route.path + 1, "/", -1);

	g_assert(entry->route.path[0] == '/' && g_strv_length(segments) <= SEGMENTS_MAX);
	for (char **segment = segments; *segment; segment++)
		self = grow(self, *segment);
	g_assert(!self->entries[entry->route.method]);
	self->entries[entry->route.method] = entry;
}

const Entry *node_entry(const Node *self, Method method)
{
	return self->entries[method];
}

static bool is_end(const Node *self)
{
	for (int method = GET; method <= DELETE; method++)
		if (self->entries[method])
			return true;
	return false;
}

static const Node *find(const Node *self, char *const segments[], unsigned n_segments,
                        const char *params[], unsigned n_params)
{
	const Node *child;
	const Node *found = NULL;

	g_assert(self);
	if (n_segments == 0)
		return is_end(self) ? self : NULL;
	if (segments[0][0] == '\0')
		return NULL;
	/* What is written out wins over a parameter; at most SEGMENTS_MAX deep. */
	child = find_child(self, segments[0]);
	if (child)
		found = find(child, segments + 1, n_segments - 1, params, n_params);
	if (found || !self->param || n_params == PARAMS_MAX)
		return found;
	params[n_params] = segments[0];
	return find(self->param, segments + 1, n_segments - 1, params, n_params + 1);
}

const Node *node_find(const Node *self, char *const segments[], unsigned n_segments,
                      const char *params[PARAMS_MAX])
{
	return find(self, segments, n_segments, params, 0);
}

char *node_allow(const Node *self)
{
	GString *allow = g_string_new(NULL);

	for (int method = GET; method <= DELETE; method++) {
		const Entry *entry = self->entries[method];

		if (!entry)
			continue;
		g_string_append_printf(allow, "%s%s", allow->len ? ", " : "", NAMES[method]);
		if (method == GET && !(entry->route.flags & ROUTE_LIVE))
			g_string_append(allow, ", HEAD");
	}
	return g_string_free(allow, FALSE);
}

void entry_name_params(Entry *self)
{
	g_auto(GStrv) segments = g_strsplit(self->route.path + 1, "/", -1);
	unsigned n = 0;

	for (char **segment = segments; *segment; segment++) {
		if (**segment != ':')
			continue;
		g_assert(n < PARAMS_MAX);
		self->names[n++] = g_intern_string(*segment + 1);
	}
}
