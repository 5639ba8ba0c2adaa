/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Each kind of the log that may leave a school belongs to exactly one group that is shown, and no
 * group is empty. Whoever adds a kind decides here where it belongs. */
#include "rooms.h"

#include "onward/onward.h"
#include "sync/sync.h"
#include "uplink/groups.h"

#include <string.h>

typedef struct {
	GHashTable *filled; /* names of groups that have a kind */
	unsigned kinds;
} Walk;

static bool is_shown(const char *name)
{
	const char *shown;

	for (unsigned i = 0; (shown = group_name(i)); i++)
		if (strcmp(shown, name) == 0)
			return true;
	return false;
}

static void look(const char *kind, Locality locality, void *data)
{
	Walk *walk = data;
	const char *group = group_of_kind(kind);

	if (locality == LOCALITY_BOX)
		return;
	walk->kinds++;
	if (!group)
		g_error("%s belongs to no group of daemon/uplink/groups.c", kind);
	g_assert_true(is_shown(group));
	g_hash_table_add(walk->filled, (void *)group);
}

static void test_each_kind_has_a_group(void)
{
	g_autoptr(Rooms) rooms = rooms_open(NULL);
	const SyncOptions with = {rooms->store, rooms->events, true};
	g_autoptr(Sync) sync = sync_new(&with);
	const OnwardOptions options = {rooms->store, rooms->events, NULL, sync, rooms->people, false};
	g_autoptr(Onward) onward = onward_new(&options);
	Walk walk = {g_hash_table_new(g_str_hash, g_str_equal), 0};
	const char *name;

	events_each_kind(rooms->events, look, &walk);
	g_assert_nonnull(onward);
	g_assert_cmpuint(walk.kinds, >, 40);
	for (unsigned i = 0; (name = group_name(i)); i++)
		g_assert_true(g_hash_table_contains(walk.filled, name));
	g_hash_table_unref(walk.filled);
}

static void test_the_longest_beginning_counts(void)
{
	g_assert_cmpstr(group_of_kind("chat.message.posted"), ==, "messages");
	g_assert_cmpstr(group_of_kind("chat.opened"), ==, "chats");
	g_assert_null(group_of_kind("parcel.sent"));
	g_assert_null(group_of_kind(""));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/uplink/groups/each-kind-has-one", test_each_kind_has_a_group);
	g_test_add_func("/uplink/groups/the-longest-beginning-counts", test_the_longest_beginning_counts);
	return g_test_run();
}
