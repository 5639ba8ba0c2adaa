/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The conflict journal: what was done on two ends that did not know of each other is told alike on
 * all, in whichever order it came there, and goes with an erasure. */
#include "world.h"

#include "chats/chats-private.h"

#include <string.h>
#include <unistd.h>

static const Id *person(const World *world, guint place)
{
	return &g_array_index(world->people, Id, place);
}

static const Id *chat(const World *world, guint place)
{
	return &g_array_index(world->chats, Id, place);
}

static void cut_all(World *world)
{
	for (int box = 0; box < world->boxes; box++)
		world_cut(world, box);
}

static void edit(World *world, int end, const Id *author, guint in, const Id *message, const char *text)
{
	Rooms *rooms = world->ends[end].rooms;
	Actor actor = world_actor(rooms, author);
	GError *error = NULL;

	rooms_begin(rooms);
	chats_edit(rooms->chats, &actor, chat(world, in)->text, message->text, text, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

static void delete(World *world, int end, const Id *actor_id, guint in, const Id *message)
{
	Rooms *rooms = world->ends[end].rooms;
	Actor actor = world_actor(rooms, actor_id);
	GError *error = NULL;

	rooms_begin(rooms);
	chats_delete(rooms->chats, &actor, chat(world, in)->text, message->text, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
}

static json_t *list(World *world, int end)
{
	const ConflictNames names = {0};
	GError *error = NULL;
	json_t *conflicts = sync_list_conflicts(world->ends[end].sync, &names, &error);

	g_assert_no_error(error);
	return conflicts;
}

/* One conflict, on every end; what it says at the school. Owned. */
static json_t *the_only_one(World *world, const char *how)
{
	json_t *first;

	world_settle(world);
	world_check(world);
	for (int end = 0; end < ENDS; end++) {
		g_autoptr(json_t) conflicts = NULL;

		if (!world_has(world, end))
			continue;
		conflicts = list(world, end);
		g_assert_cmpuint(json_array_size(conflicts), ==, 1);
		g_assert_cmpstr(json_string_value(json_object_get(json_array_get(conflicts, 0), "how")),
		                ==, how);
	}
	{
		g_autoptr(json_t) conflicts = list(world, SCHOOL);

		first = json_incref(json_array_get(conflicts, 0));
	}
	return first;
}

static const char *text_at(const json_t *row, const char *side, const char *field)
{
	return json_string_value(json_object_get(side ? json_object_get(row, side) : row, field));
}

static void test_edited_twice(void)
{
	g_autoptr(World) world = world_new(21, 2, false);
	Id message = world_say(world, SCHOOL, person(world, 0), chat(world, 1), "в девять");
	g_autoptr(json_t) row = NULL;

	world_settle(world);
	edit(world, SCHOOL, person(world, 0), 1, &message, "в десять");
	world_settle(world);
	cut_all(world);
	world_pass(world, 5000);
	edit(world, CLOUD, person(world, 0), 1, &message, "в одиннадцать");
	world_pass(world, 5000);
	edit(world, SCHOOL, person(world, 0), 1, &message, "в двенадцать");
	row = the_only_one(world, "edited-twice");
	g_assert_cmpstr(text_at(row, NULL, "won"), ==, "ours");
	g_assert_cmpstr(text_at(row, NULL, "subject"), ==, message.text);
	g_assert_cmpstr(text_at(row, "theirs", "actor"), ==, person(world, 0)->text);
	g_assert_cmpstr(text_at(row, "theirs", "event"), ==, text_at(row, NULL, "event"));
	g_assert_cmpstr(text_at(row, "ours", "at"), >, text_at(row, "theirs", "at"));
}

/* A deletion is final, also against what was written after it. */
static void test_deleted_while_edited(void)
{
	g_autoptr(World) world = world_new(22, 3, false);
	Id message = world_say(world, SCHOOL, person(world, 2), chat(world, 0), "обидное");
	g_autoptr(json_t) row = NULL;

	world_settle(world);
	cut_all(world);
	delete(world, SCHOOL, person(world, 2), 0, &message);
	world_pass(world, 60000);
	edit(world, CLOUD, person(world, 2), 0, &message, "исправленное");
	row = the_only_one(world, "deleted-while-edited");
	g_assert_cmpstr(text_at(row, NULL, "won"), ==, "ours");
	g_assert_cmpstr(text_at(row, "ours", "kind"), ==, "chat.message.blanked");
}

static void test_deleted_while_answered(void)
{
	g_autoptr(World) world = world_new(23, 2, false);
	Said said = {.chat = *chat(world, 1)};
	g_autoptr(json_t) row = NULL;
	g_autoptr(json_t) left = NULL;

	said.id = world_say(world, SCHOOL, person(world, 0), chat(world, 1), "кто придёт?");
	world_settle(world);
	cut_all(world);
	(void)world_answer(world, BUILDING, person(world, 1), &said, "я");
	delete(world, SCHOOL, person(world, 0), 1, &said.id);
	row = the_only_one(world, "deleted-while-answered");
	g_assert_cmpstr(text_at(row, "theirs", "kind"), ==, "chat.message.posted");

	world_erase(world, person(world, 1));
	world_settle(world);
	world_check(world);
	left = list(world, CLOUD);
	g_assert_cmpuint(json_array_size(left), ==, 0);
}

static void test_closed_while_written(void)
{
	g_autoptr(World) world = world_new(24, 2, false);
	Rooms *school = world->ends[SCHOOL].rooms;
	Actor owner = world_actor(school, person(world, 0));
	g_autoptr(json_t) row = NULL;
	GError *error = NULL;

	world_settle(world);
	cut_all(world);
	(void)world_say(world, CLOUD, person(world, 1), chat(world, 2), "я ещё здесь");
	rooms_begin(school);
	chats_close(school->chats, &owner, chat(world, 2)->text, &error);
	g_assert_no_error(error);
	rooms_end(school, true);
	row = the_only_one(world, "closed-while-written");
	g_assert_cmpstr(text_at(row, NULL, "won"), ==, "ours");
}

static void test_removed_while_written(void)
{
	g_autoptr(World) world = world_new(25, 2, false);
	Rooms *school = world->ends[SCHOOL].rooms;
	Actor owner = world_actor(school, person(world, 0));
	g_autoptr(json_t) row = NULL;
	GError *error = NULL;

	world_settle(world);
	cut_all(world);
	rooms_begin(school);
	chats_remove_member(school->chats, &owner, chat(world, 2)->text, person(world, 1)->text, &error);
	g_assert_no_error(error);
	rooms_end(school, true);
	(void)world_say(world, CLOUD, person(world, 1), chat(world, 2), "я ещё здесь");
	row = the_only_one(world, "removed-while-written");
	g_assert_cmpstr(text_at(row, "theirs", "actor"), ==, person(world, 1)->text);
}

static void test_blocked_while_written(void)
{
	g_autoptr(World) world = world_new(26, 2, false);
	Rooms *school = world->ends[SCHOOL].rooms;
	g_autoptr(json_t) row = NULL;
	GError *error = NULL;

	world_settle(world);
	cut_all(world);
	(void)world_say(world, BUILDING, person(world, 2), chat(world, 0), "вам всем");
	rooms_begin(school);
	people_set_blocked(school->people, &ACTOR_OF_SYSTEM, person(world, 2)->text, true, &error);
	g_assert_no_error(error);
	rooms_end(school, true);
	row = the_only_one(world, "blocked-while-written");
}

static void test_none_when_known(void)
{
	g_autoptr(World) world = world_new(27, 2, false);
	Id message = world_say(world, SCHOOL, person(world, 0), chat(world, 1), "раз");
	g_autoptr(json_t) none = NULL;

	world_settle(world);
	edit(world, CLOUD, person(world, 0), 1, &message, "два");
	world_settle(world);
	edit(world, SCHOOL, person(world, 0), 1, &message, "три");
	world_settle(world);
	delete(world, BUILDING, person(world, 0), 1, &message);
	world_settle(world);
	world_check(world);
	none = list(world, SCHOOL);
	g_assert_cmpuint(json_array_size(none), ==, 0);
}

int main(int argc, char **argv)
{
	if (access("/dev/shm", W_OK) == 0)
		g_setenv("TMPDIR", "/dev/shm", TRUE);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sync/conflicts/edited-twice", test_edited_twice);
	g_test_add_func("/sync/conflicts/deleted-while-edited", test_deleted_while_edited);
	g_test_add_func("/sync/conflicts/deleted-while-answered", test_deleted_while_answered);
	g_test_add_func("/sync/conflicts/closed-while-written", test_closed_while_written);
	g_test_add_func("/sync/conflicts/removed-while-written", test_removed_while_written);
	g_test_add_func("/sync/conflicts/blocked-while-written", test_blocked_while_written);
	g_test_add_func("/sync/conflicts/none-when-known", test_none_when_known);
	return g_test_run();
}
