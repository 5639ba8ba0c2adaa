/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A class goes on in the next year with its people and its chats; the log makes the same rows. */
#include "fifth.h"

#include <string.h>

static Id add_next_year(Fifth *self)
{
	GError *error = NULL;
	Id year;

	rooms_begin(self->rooms);
	classes_add_year(self->rooms->classes, &ACTOR_OF_SYSTEM, "далёкий", "2101-09-01", "2102-05-31",
	                 &year, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
	return year;
}

static void promote(Fifth *self, const Id *year)
{
	g_autoptr(json_t) wishes = json_pack("[s]", self->class_id.text);
	GError *error = NULL;

	rooms_begin(self->rooms);
	classes_promote(self->rooms->classes, &ACTOR_OF_SYSTEM, year->text, wishes, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
}

static void undo(Fifth *self, const Id *year)
{
	GError *error = NULL;

	rooms_begin(self->rooms);
	classes_undo_promotion(self->rooms->classes, &ACTOR_OF_SYSTEM, year->text, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
}

static Id new_class(Fifth *self)
{
	g_autoptr(GPtrArray) events = rooms_events(self->rooms);
	const Event *last = events->pdata[events->len - 1];
	const json_t *class = json_array_get(json_object_get(last->body, "classes"), 0);

	g_assert_cmpstr(last->kind, ==, "year.promoted");
	return id_from(json_string_value(json_object_get(class, "id")));
}

static void assert_rebuilt_alike(Fifth *self)
{
	g_autofree char *before = rooms_dump(self->rooms, "projection");
	g_autofree char *after = NULL;

	rooms_verify(self->rooms);
	rooms_rebuild(self->rooms);
	after = rooms_dump(self->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
}

static void test_promoted(void)
{
	g_autoptr(Fifth) self = fifth_new();
	Id year = add_next_year(self);
	Id class_id;
	Id pupils;
	Id parents;

	promote(self, &year);
	class_id = new_class(self);
	pupils = chats_id_of(CHAT_CLASS_PUPILS, class_id.text);
	parents = chats_id_of(CHAT_CLASS_PARENTS, class_id.text);
	g_assert_true(classes_is_class_teacher(self->rooms->classes, class_id.text, self->teacher.text));
	g_assert_true(is_in(self, &self->sonya, &pupils));
	g_assert_true(is_in(self, &self->subject, &pupils));
	g_assert_true(is_in(self, &self->mother, &parents));
	g_assert_false(is_in(self, &self->sonya, &parents));
	g_assert_false(is_in(self, &self->stranger, &pupils));
	assert_rebuilt_alike(self);
	undo(self, &year);
	g_assert_false(is_in(self, &self->sonya, &pupils));
	g_assert_false(is_in(self, &self->mother, &parents));
	g_assert_true(is_in(self, &self->sonya, &self->pupils_chat));
	assert_rebuilt_alike(self);
	promote(self, &year); /* its name is free again */
}

/* Members are what one seat after the other would have made them. */
static void test_as_one_by_one(void)
{
	g_autoptr(Fifth) self = fifth_new();
	Id year = add_next_year(self);
	Id class_id;
	Id pupils;

	promote(self, &year);
	class_id = new_class(self);
	pupils = chats_id_of(CHAT_CLASS_PUPILS, class_id.text);
	post(self, &self->sonya, &pupils, "мы уже шестые");
	remove_member(self, &class_id, &self->sonya);
	g_assert_false(is_in(self, &self->sonya, &pupils));
	add_member(self, &class_id, &self->sonya, MEMBER_PUPIL);
	g_assert_true(is_in(self, &self->sonya, &pupils));
	assert_rebuilt_alike(self);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/chats/years/promoted", test_promoted);
	g_test_add_func("/chats/years/as-one-by-one", test_as_one_by_one);
	return g_test_run();
}
