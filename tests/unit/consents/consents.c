/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Consents: what the rules hold, and that the log makes the same rows again. */
#include "rooms.h"

typedef struct {
	Rooms *rooms;
	Id pupil;
	Id parent;
	Id photo;
} Fixture;

static Id add(Rooms *rooms, const char *login, unsigned roles)
{
	const NewPerson person = {"Седова", "Мия", NULL, login, NULL, roles};
	GError *error = NULL;
	Id id;

	people_add(rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	return id;
}

static void set_up(Fixture *self, const void *data)
{
	GError *error = NULL;

	self->rooms = rooms_open(NULL);
	rooms_begin(self->rooms);
	self->pupil = add(self->rooms, "pupil", ROLE_PUPIL);
	self->parent = add(self->rooms, "parent", ROLE_PARENT);
	people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM, self->pupil.text,
	                   self->parent.text, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
	self->photo = id_derive("school", "consent.photo");
}

static void tear_down(Fixture *self, const void *data)
{
	rooms_free(self->rooms);
}

static Actor actor_of(Fixture *self, const Id *person)
{
	return (Actor){.kind = ACTOR_PERSON, .person = *person,
	               .roles = people_roles(self->rooms->people, person->text)};
}

typedef bool (*Rule)(Consents *, const Actor *, const char *, const char *, GError **);

static void speak(Fixture *self, Rule rule, const Id *who, const Id *kind, const char *want)
{
	const Actor actor = actor_of(self, who);
	g_autoptr(GError) error = NULL;
	bool done;

	rooms_begin(self->rooms);
	done = rule(self->rooms->consents, &actor, kind->text, self->pupil.text, &error);
	rooms_end(self->rooms, done);
	g_assert_cmpstr(done ? NULL : error_reason_of(error), ==, want);
}

static void assert_rebuilt_alike(Fixture *self)
{
	g_autofree char *before = rooms_dump(self->rooms, "projection");
	g_autofree char *after = NULL;

	rooms_rebuild(self->rooms);
	after = rooms_dump(self->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
}

static void test_parents(Fixture *self, const void *data)
{
	const Id none = id_new();

	speak(self, consents_give, &self->pupil, &self->photo, "forbidden");
	speak(self, consents_give, &self->parent, &none, "not-found");
	speak(self, consents_withdraw, &self->parent, &self->photo, NULL);
	g_assert_false(consents_has(self->rooms->consents, PURPOSE_PHOTO, self->pupil.text));
	speak(self, consents_give, &self->parent, &self->photo, NULL);
	g_assert_true(consents_has(self->rooms->consents, PURPOSE_PHOTO, self->pupil.text));
	g_assert_false(consents_has(self->rooms->consents, PURPOSE_RECORDINGS, self->pupil.text));
	assert_rebuilt_alike(self);
	speak(self, consents_withdraw, &self->parent, &self->photo, NULL);
	g_assert_false(consents_has(self->rooms->consents, PURPOSE_PHOTO, self->pupil.text));
	speak(self, consents_give, &self->parent, &self->photo, NULL);
	g_assert_true(consents_has(self->rooms->consents, PURPOSE_PHOTO, self->pupil.text));
	assert_rebuilt_alike(self);
}

static void test_wanted(Fixture *self, const void *data)
{
	g_autoptr(json_t) before = consents_wanted(self->rooms->consents, self->pupil.text, NULL);
	g_autoptr(json_t) for_parent =
	        consents_wanted(self->rooms->consents, self->parent.text, NULL);
	g_autoptr(json_t) after = NULL;

	g_assert_cmpuint(json_array_size(before), ==, 2);
	g_assert_cmpuint(json_array_size(for_parent), ==, 0);
	speak(self, consents_give, &self->parent, &self->photo, NULL);
	after = consents_wanted(self->rooms->consents, self->pupil.text, NULL);
	g_assert_cmpuint(json_array_size(after), ==, 1);
}

/* Whoever is no parent any more says nothing any more, and what they said holds. */
static void test_unlinked(Fixture *self, const void *data)
{
	GError *error = NULL;

	speak(self, consents_give, &self->parent, &self->photo, NULL);
	rooms_begin(self->rooms);
	people_unlink_parent(self->rooms->people, &ACTOR_OF_SYSTEM, self->pupil.text,
	                     self->parent.text, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
	speak(self, consents_withdraw, &self->parent, &self->photo, "forbidden");
	g_assert_true(consents_has(self->rooms->consents, PURPOSE_PHOTO, self->pupil.text));
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/consents/a-parent-says-it", test_parents);
	ADD("/consents/what-is-wanted", test_wanted);
	ADD("/consents/a-parent-no-more", test_unlinked);
	return g_test_run();
}
