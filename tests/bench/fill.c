/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Puts a school of 1,500 people and so many messages into a data directory before urokd starts on
 *it, through the rooms' own rules: the log is a real one. The staff's chat gets a tenth of the
 *messages; the rest are the classes'.
 *
 *	fill DIRECTORY MESSAGES   fills
 *	fill DIRECTORY rebuild    makes the rows anew from the log, and says a line: events,
 *nanoseconds of CPU */
#include "rooms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CLASSES	     28
#define PUPILS	     25 /* of a class, each with a parent */
#define TEACHERS     100
#define DAYS	     100 /* that the messages are spread over */
#define DAY_MS	     (24 * 3600 * 1000LL)
#define OF_A_TURN    1000
#define STAFF_SHARE  10 /* one of so many messages is the staff's */
#define ANSWER_SHARE 8

typedef struct {
	Rooms *rooms;
	GRand *dice; /* the same school each time */
	Id teachers[TEACHERS];
	Id classes[CLASSES];
	Id pupils[CLASSES][PUPILS];
	Id staff_chat;
	Id chats[CLASSES];
	Id last[CLASSES + 1]; /* message of each chat, the staff's behind the classes' */
} Filling;

static const char *const WORDS[] = {"завтра",	  "контрольная", "по",	   "математике", "не",
				    "забудьте",	  "тетради",	 "и",	   "сменную",	 "обувь",
				    "урок",	  "начнётся",	 "в",	   "девять",	 "кабинет",
				    "двенадцать", "спасибо",	 "хорошо", "до",	 "встречи"};

static Id add_person(Filling *self, const char *login, int number, unsigned roles)
{
	g_autofree char *numbered = g_strdup_printf("%s%d", login, number);
	const NewPerson person = {.family_name = "Миронова",
				  .given_name = "Саша",
				  .patronymic = "Олеговна",
				  .login = numbered,
				  .roles = roles};
	GError *error = NULL;
	Id id;

	people_add(self->rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	return id;
}

static void seat(Filling *self, int class_place, const Id *person, MemberAs as)
{
	GError *error = NULL;

	classes_add_member(self->rooms->classes, &ACTOR_OF_SYSTEM, self->classes[class_place].text,
			   person->text, as, &error);
	g_assert_no_error(error);
}

static void add_family(Filling *self, int class_place, int place)
{
	int number = class_place * PUPILS + place;
	Id parent = add_person(self, "parent", number, ROLE_PARENT);
	GError *error = NULL;

	self->pupils[class_place][place] = add_person(self, "pupil", number, ROLE_PUPIL);
	seat(self, class_place, &self->pupils[class_place][place], MEMBER_PUPIL);
	people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM,
			   self->pupils[class_place][place].text, parent.text, &error);
	g_assert_no_error(error);
}

static void add_class(Filling *self, const Id *year, int place)
{
	static const char *const LETTERS[] = {"А", "Б", "В", "Г"};
	GError *error = NULL;

	classes_add(self->rooms->classes, &ACTOR_OF_SYSTEM, year->text, 5 + place / 4,
		    LETTERS[place % 4], &self->classes[place], &error);
	g_assert_no_error(error);
	self->chats[place] = chats_id_of(CHAT_CLASS_PUPILS, self->classes[place].text);
	seat(self, place, &self->teachers[place], MEMBER_CLASS_TEACHER);
	for (int i = 0; i < PUPILS; i++)
		add_family(self, place, i);
}

static void add_school(Filling *self)
{
	const SchoolInfo info = {.name = "Школа № 17"};
	GError *error = NULL;
	Id year;

	rooms_begin(self->rooms);
	school_set(self->rooms->school, &ACTOR_OF_SYSTEM, &info, &error);
	g_assert_no_error(error);
	classes_add_year(self->rooms->classes, &ACTOR_OF_SYSTEM, "2026/27", "2026-09-01",
			 "2027-05-31", &year, &error);
	g_assert_no_error(error);
	for (int i = 0; i < TEACHERS; i++)
		self->teachers[i] = add_person(self, "teacher", i, ROLE_TEACHER);
	for (int i = 0; i < CLASSES; i++)
		add_class(self, &year, i);
	self->staff_chat = chats_id_of(CHAT_STAFF, NULL);
	rooms_end(self->rooms, true);
}

static char *make_text(Filling *self)
{
	GString *text = g_string_new(NULL);

	for (int i = g_rand_int_range(self->dice, 2, 12); i > 0; i--)
		g_string_append_printf(text, "%s ",
				       WORDS[g_rand_int_range(self->dice, 0, G_N_ELEMENTS(WORDS))]);
	return g_string_free(text, FALSE);
}

static void post(Filling *self)
{
	bool staff = g_rand_int_range(self->dice, 0, STAFF_SHARE) == 0;
	int place = staff ? CLASSES : g_rand_int_range(self->dice, 0, CLASSES);
	int author = g_rand_int_range(self->dice, 0, staff ? TEACHERS : PUPILS);
	const Actor actor = {.kind = ACTOR_PERSON,
			     .person =
				     staff ? self->teachers[author] : self->pupils[place][author]};
	const char *chat = staff ? self->staff_chat.text : self->chats[place].text;
	const Id *last = &self->last[place];
	bool answers = !id_is_empty(last) && g_rand_int_range(self->dice, 0, ANSWER_SHARE) == 0;
	g_autofree char *text = make_text(self);
	GError *error = NULL;
	Id made;

	chats_post(self->rooms->chats, &actor, chat, text, answers ? last->text : NULL, NULL, &made,
		   &error);
	g_assert_no_error(error);
	self->last[place] = made;
}

static void add_messages(Filling *self, int64_t count)
{
	int64_t now_ms = clock_wall_ms();

	for (int64_t done = 0; done < count;) {
		rooms_begin(self->rooms);
		events_pretend_now(self->rooms->events,
				   now_ms - DAYS * DAY_MS * (count - done) / count);
		for (int i = 0; i < OF_A_TURN && done < count; i++, done++)
			post(self);
		rooms_end(self->rooms, true);
	}
	events_pretend_now(self->rooms->events, 0);
}

static void fill(const char *directory, int64_t messages)
{
	Filling self = {.rooms = rooms_open(directory), .dice = g_rand_new_with_seed(17)};

	events_pretend_now(self.rooms->events, clock_wall_ms() - (DAYS + 1) * DAY_MS);
	add_school(&self);
	add_messages(&self, messages);
	g_rand_free(self.dice);
	rooms_free(self.rooms);
}

static int64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void rebuild(const char *directory)
{
	g_autoptr(Rooms) rooms = rooms_open(directory);
	GError *error = NULL;
	int64_t begun_ns = cpu_ns();

	rooms_begin(rooms);
	events_rebuild(rooms->events, &error);
	g_assert_no_error(error);
	rooms_end(rooms, true);
	printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
	       (gint64)events_last_seq(rooms->events), (gint64)(cpu_ns() - begun_ns));
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: fill DIRECTORY MESSAGES|rebuild\n");
		return 2;
	}
	if (strcmp(argv[2], "rebuild") == 0)
		rebuild(argv[1]);
	else
		fill(argv[1], g_ascii_strtoll(argv[2], NULL, 10));
	return 0;
}
