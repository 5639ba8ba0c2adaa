/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What people and misfortune do on a random day of the world. */
#include "world.h"

#include "chats/chats-private.h"
#include "people/erasure.h"

/* --- What people do --- */

static void tell(World *self, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_free(self->story);
	self->story = g_strdup_vprintf(format, args);
	va_end(args);
}

static const Id *any_of(World *self, const GArray *ids)
{
	return &g_array_index(ids, Id, world_roll(self, (int)ids->len));
}

Id world_answer(World *self, int end, const Id *author, const Said *said, const char *text)
{
	Rooms *rooms = self->ends[end].rooms;
	Actor actor = world_actor(rooms, author);
	Said answer = {.chat = said->chat, .author = *author};
	const char *to = id_is_empty(&said->id) ? NULL : said->id.text;
	GError *error = NULL;
	bool done;

	rooms_begin(rooms);
	done = chats_post(rooms->chats, &actor, said->chat.text, text, to, NULL, &answer.id, &error);
	world_end_turn(rooms, done, error);
	if (done)
		g_array_append_val(self->messages, answer);
	return answer.id;
}

Id world_say(World *self, int end, const Id *author, const Id *chat, const char *text)
{
	const Said nothing = {.chat = *chat};

	return world_answer(self, end, author, &nothing, text);
}

/* Mostly of the last: they are what people speak of, and what two ends change at a time. */
static const Said *any_said(World *self)
{
	int count = (int)self->messages->len;
	int back = world_roll(self, 4) ? world_roll(self, 4) : world_roll(self, count);

	return &g_array_index(self->messages, Said, count - 1 - MIN(back, count - 1));
}

/* With UROK_SYNC_FAULT a message at the cloud damages rows of the building while that is cut off: a
 * fault that a day has to find. */
static void maybe_fail(World *self, int end)
{
	if (g_getenv("UROK_SYNC_FAULT") && end == CLOUD && !self->connected[BUILDING])
		world_run_sql(self->ends[BUILDING].rooms->database,
		              "UPDATE message SET client_id = 'wrong' WHERE deleted = 0");
}

static void talk(World *self, int end)
{
	g_autofree char *text = g_strdup_printf("сообщение %d", world_roll(self, 1000));

	if (self->messages->len && world_roll(self, 4) == 0) {
		Said said = *any_said(self);

		tell(self, "end %d: an answer", end);
		(void)world_answer(self, end, any_of(self, self->people), &said, text);
	} else {
		tell(self, "end %d: a message", end);
		(void)world_say(self, end, any_of(self, self->people), any_of(self, self->chats), text);
	}
	maybe_fail(self, end);
}

static void change_said(World *self, int end)
{
	Rooms *rooms = self->ends[end].rooms;
	const Said *said;
	g_autofree char *text = NULL;
	GError *error = NULL;
	Actor actor;
	bool done;

	if (!self->messages->len)
		return;
	said = any_said(self);
	text = g_strdup_printf("правка %d", world_roll(self, 1000));
	actor = world_actor(rooms, &said->author);
	rooms_begin(rooms);
	switch (world_roll(self, 3)) {
	case 0:
		tell(self, "end %d: a message is deleted", end);
		done = chats_delete(rooms->chats, &actor, said->chat.text, said->id.text, &error);
		break;
	case 1:
		tell(self, "end %d: a message is read", end);
		actor = world_actor(rooms, any_of(self, self->people));
		done = chats_mark_read(rooms->chats, &actor, said->chat.text, said->id.text, &error);
		break;
	default:
		tell(self, "end %d: a message is edited", end);
		done = chats_edit(rooms->chats, &actor, said->chat.text, said->id.text, text, &error);
	}
	world_end_turn(rooms, done, error);
}

static bool manage_group(World *self, const Id *person, GError **error)
{
	Chats *chats = self->ends[SCHOOL].rooms->chats;
	Actor owner = world_actor(self->ends[SCHOOL].rooms, &g_array_index(self->people, Id, 0));
	const Id *group = &g_array_index(self->chats, Id, 2);

	switch (world_roll(self, 9)) {
	case 0:
		return chats_close(chats, &owner, group->text, error);
	case 1:
	case 2:
	case 3:
	case 4:
		return chats_remove_member(chats, &owner, group->text, person->text, error);
	default:
		return chats_put_member(chats, &owner, group->text, person->text, PART_MEMBER, error);
	}
}

static void administer(World *self)
{
	Rooms *rooms = self->ends[SCHOOL].rooms;
	const Id *person = any_of(self, self->people);
	GError *error = NULL;
	bool done;

	if (id_equal(person, &self->erased))
		return;
	rooms_begin(rooms);
	tell(self, "the school is administered");
	switch (world_roll(self, 7)) {
	case 0:
		done = classes_remove_member(rooms->classes, &ACTOR_OF_SYSTEM, self->class_id.text,
		                             person->text, &error);
		break;
	case 1:
		done = people_set_roles(rooms->people, &ACTOR_OF_SYSTEM, person->text,
		                        world_roll(self, 2) ? ROLE_TEACHER : ROLE_PUPIL, &error);
		break;
	case 2: {
		g_autofree char *login = g_strdup_printf("login%d", world_roll(self, 50));

		done = people_set_login(rooms->people, &ACTOR_OF_SYSTEM, person->text, login, &error);
		break;
	}
	case 3:
		done = people_set_blocked(rooms->people, &ACTOR_OF_SYSTEM, person->text,
		                          world_roll(self, 2), &error);
		break;
	case 4:
	case 5:
		done = manage_group(self, person, &error);
		break;
	default:
		done = classes_add_member(rooms->classes, &ACTOR_OF_SYSTEM, self->class_id.text,
		                          person->text, MEMBER_PUPIL, &error);
	}
	world_end_turn(rooms, done, error);
}

void world_erase(World *self, const Id *person)
{
	Rooms *rooms = self->ends[SCHOOL].rooms;
	PersonStep step = {0};
	GError *error = NULL;
	bool more = true;
	bool done;

	if (self->people->len < 4 || !id_is_empty(&self->erased))
		return;
	rooms_begin(rooms);
	done = people_begin_erasure(rooms->people, &ACTOR_OF_SYSTEM, person->text, "просьба", &error);
	while (done && more)
		done = store_erase_person(rooms->store, &ACTOR_OF_SYSTEM, person->text, &step, &more,
		                          &error);
	world_end_turn(rooms, done, error);
	if (done)
		self->erased = *person;
}

/* --- A day --- */

static int any_end(World *self)
{
	int end = world_roll(self, self->boxes + 1);

	return end == self->boxes ? CLOUD : end;
}

static void connect_or_cut(World *self, bool connect)
{
	int box = world_roll(self, self->boxes);

	tell(self, "box %d is %s", box, connect ? "connected" : "cut");
	if (connect)
		world_connect(self, box);
	else
		world_cut(self, box);
}

/* Half of the clocks are wrong by minutes, some by hours, and they jump. */
static void set_wrong(World *self, int end)
{
	int seconds = world_roll(self, 5) ? world_roll(self, 240) - 120 : world_roll(self, 7200);

	tell(self, "end %d: its clock is wrong by %d s", end, seconds);
	self->ends[end].skew_ms = seconds * 1000;
}

static void misfortune(World *self)
{
	int end = any_end(self);

	switch (world_roll(self, 9)) {
	case 0:
	case 1:
		tell(self, "end %d: restarted", end);
		world_restart(self, end);
		break;
	case 2:
		tell(self, "end %d: copied", end);
		world_copy(self, end);
		break;
	case 3:
		tell(self, "end %d: restored", end);
		if (id_is_empty(&self->erased))
			world_restore(self, end);
		break;
	case 4:
		set_wrong(self, end);
		break;
	case 5:
	case 6:
		connect_or_cut(self, false);
		break;
	case 7:
		connect_or_cut(self, true);
		break;
	default:
		if (world_roll(self, 2) == 0) {
			tell(self, "somebody is erased");
			world_erase(self, any_of(self, self->people));
		} else if (end == BUILDING || end == ANNEX) {
			tell(self, "end %d: a new machine", end);
			world_join(self, end);
		}
	}
}

void world_step(World *self, guint32 chance)
{
	int end;

	g_rand_set_seed(self->dice, chance);
	end = any_end(self);
	tell(self, "the lines move");
	world_pass(self, world_roll(self, 3000));
	switch (world_roll(self, 16)) {
	case 0:
		misfortune(self);
		break;
	case 1:
		administer(self);
		break;
	case 2:
	case 3:
		talk(self, end);
		break;
	case 4:
	case 5:
		change_said(self, end);
		break;
	case 6:
		connect_or_cut(self, true);
		break;
	case 7:
		world_pump(self);
		break;
	default:
		world_bad_line(self, &self->lines[world_roll(self, 2 * self->boxes)]);
	}
	while (g_main_context_iteration(NULL, FALSE))
		continue;
}
