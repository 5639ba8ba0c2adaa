/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who says what and when in the demo school's chats, and who has read it. */
#include "app/demo-private.h"
#include "app/demo-threads.h"

#include <string.h>

#define MINUTE_MS   (60 * 1000LL)
#define DAY_MS	    (24 * 60 * MINUTE_MS)
#define MOSCOW_MS   (3 * 60 * MINUTE_MS)
#define EARLIEST    (7 * 60) /* minutes of the day between which people write */
#define LATEST	    (21 * 60 + 45)
#define CAST_RANDOM 5 /* a to e */
#define THREADS_MAX 100 /* of a kind of chat */

/* What one conversation is about. */
typedef struct {
	int64_t start_ms;
	char *day;  /* «в четверг» */
	char *date; /* «26 ноября» */
	int page;
	int number;
	int room;
	char *time; /* «18:30» */
	char *class_title;
	char *teacher; /* given name and patronymic */
} Topic;

static void topic_clear(Topic *topic)
{
	g_free(topic->day);
	g_free(topic->date);
	g_free(topic->time);
	g_free(topic->class_title);
	g_free(topic->teacher);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Topic, topic_clear)

static GDateTime *moscow_time(int64_t ms)
{
	return g_date_time_new_from_unix_utc((ms + MOSCOW_MS) / 1000);
}

/* Weekends, and the days that are free for everybody in the months in which a school year goes on. */
static bool is_free_day(GDateTime *day)
{
	static const int FREE[][2] = {{11, 4}, {12, 31}, {2, 23}, {3, 8}, {5, 1}, {5, 9}};
	int month = g_date_time_get_month(day);
	int number = g_date_time_get_day_of_month(day);

	for (guint i = 0; i < G_N_ELEMENTS(FREE); i++)
		if (FREE[i][0] == month && FREE[i][1] == number)
			return true;
	return g_date_time_get_day_of_week(day) >= G_DATE_SATURDAY || (month == 1 && number < 9);
}

static bool is_free(int64_t ms)
{
	g_autoptr(GDateTime) day = moscow_time(ms);

	return is_free_day(day);
}

/* Between two and four days ahead, a day at school. */
static void choose_day(DemoPlan *plan, Topic *topic)
{
	static const char *const DAYS[] = {"в понедельник", "во вторник", "в среду", "в четверг",
					   "в пятницу"};
	static const char *const MONTHS[] = {
		"января", "февраля", "марта",	 "апреля",  "мая",    "июня",
		"июля",	  "августа", "сентября", "октября", "ноября", "декабря"};
	g_autoptr(GDateTime) day = NULL;
	int64_t day_ms = topic->start_ms + (2 + dice_roll(&plan->dice, 3)) * DAY_MS;

	while (is_free(day_ms))
		day_ms += DAY_MS;
	day = moscow_time(day_ms);
	topic->day = g_strdup(DAYS[g_date_time_get_day_of_week(day) - 1]);
	topic->date = g_strdup_printf("%d %s", g_date_time_get_day_of_month(day),
				      MONTHS[g_date_time_get_month(day) - 1]);
}

static void choose_topic(DemoPlan *plan, int class_place, Topic *topic)
{
	choose_day(plan, topic);
	topic->page = 12 + dice_roll(&plan->dice, 130);
	topic->number = 101 + dice_roll(&plan->dice, 500);
	topic->room = 11 + dice_roll(&plan->dice, 25);
	topic->time = g_strdup_printf("%d:%s", 17 + dice_roll(&plan->dice, 2),
				      dice_roll(&plan->dice, 2) ? "30" : "00");
	if (class_place >= 0) {
		const DemoClass *class = demo_class(plan, class_place);
		const DemoPerson *teacher = demo_person(plan, class->class_teacher);

		topic->class_title = g_strdup_printf("%d%s", class->grade, class->letter);
		topic->teacher = g_strdup_printf("%s %s", teacher->given, teacher->patronymic);
	}
}

/* --- Texts --- */

static void append_word(GString *out, const char *name, const Topic *topic)
{
	if (strcmp(name, "day") == 0)
		g_string_append(out, topic->day);
	else if (strcmp(name, "date") == 0)
		g_string_append(out, topic->date);
	else if (strcmp(name, "time") == 0)
		g_string_append(out, topic->time);
	else if (strcmp(name, "class") == 0)
		g_string_append(out, topic->class_title);
	else if (strcmp(name, "teacher") == 0)
		g_string_append(out, topic->teacher);
	else if (strcmp(name, "page") == 0)
		g_string_append_printf(out, "%d", topic->page);
	else if (strcmp(name, "number") == 0)
		g_string_append_printf(out, "%d", topic->number);
	else if (strcmp(name, "room") == 0)
		g_string_append_printf(out, "%d", topic->room);
	else
		g_assert_not_reached();
}

/* One of "this/that", or "he|she" by gender; choices hold no further marks. */
static void append_choice(DemoPlan *plan, GString *out, const char *inside, bool by_gender,
			  bool female)
{
	g_auto(GStrv) choices = g_strsplit(inside, by_gender ? "|" : "/", -1);
	int count = (int)g_strv_length(choices);

	g_assert(count >= 2);
	g_string_append(out, choices[by_gender ? female : dice_roll(&plan->dice, count)]);
}

/* A sentence may begin with a slot. Takes the text over. */
static char *capitalise(char *text)
{
	g_autofree char *rest = text;
	g_autofree char *first = g_utf8_substring(text, 0, 1);
	g_autofree char *upper = g_utf8_strup(first, -1);

	return g_strconcat(upper, rest + strlen(first), NULL);
}

static char *expand(DemoPlan *plan, const char *pattern, bool female, const Topic *topic)
{
	GString *out = g_string_new(NULL);
	const char *at = pattern;

	while (*at) {
		const char *end = *at == '{' ? strchr(at, '}')
				  : *at == '[' ? strchr(at, ']')
				  : *at == '<' ? strchr(at, '>')
					       : NULL;
		g_autofree char *inside = NULL;

		if (!end) {
			g_string_append_c(out, *at++);
			continue;
		}
		inside = g_strndup(at + 1, (size_t)(end - at - 1));
		if (*at == '{')
			append_word(out, inside, topic);
		else
			append_choice(plan, out, inside, *at == '[', female);
		at = end + 1;
	}
	return capitalise(g_string_free(out, FALSE));
}

/* --- Conversations --- */

typedef struct {
	int chat;
	int class_place;	   /* -1: the staff */
	const GArray *speakers;	   /* places of people */
	const DemoThread *threads; /* to choose from */
	int *told;		   /* how often each of them was, in the whole school */
	int how_many;
	int known; /* somebody whom a visitor signs in as: speaks often, not at the end; or -1 */
	GPtrArray *posts; /* of Deed, borrowed */
} Talk;

typedef struct {
	int random[CAST_RANDOM];
	int other_teacher;
	int class_teacher;
} Cast;

static bool is_cast(const Cast *cast, int count, int place)
{
	for (int i = 0; i < count; i++)
		if (cast->random[i] == place)
			return true;
	return false;
}

static void choose_cast(DemoPlan *plan, const Talk *talk, bool with_known, Cast *cast)
{
	for (int i = 0; i < CAST_RANDOM; i++) {
		int place;

		do
			place = g_array_index(talk->speakers, int,
					      dice_roll(&plan->dice, (int)talk->speakers->len));
		while (place == talk->known || is_cast(cast, i, place));
		cast->random[i] = place;
	}
	if (with_known)
		cast->random[dice_roll(&plan->dice, 2)] = talk->known;
	if (talk->class_place >= 0) {
		const DemoClass *class = demo_class(plan, talk->class_place);

		cast->class_teacher = class->class_teacher;
		cast->other_teacher =
			g_array_index(class->teachers, int,
				      dice_roll(&plan->dice, (int)class->teachers->len));
	}
}

static int speaker(const Cast *cast, char who)
{
	if (who == 'T')
		return cast->class_teacher;
	if (who == 'S')
		return cast->other_teacher;
	if (who == 'D' || who == 'O')
		return who == 'O';
	g_assert(who >= 'a' && who < 'a' + CAST_RANDOM);
	return cast->random[who - 'a'];
}

static bool is_waking_time(int64_t at_ms)
{
	int minute = (int)((at_ms + MOSCOW_MS) % DAY_MS / MINUTE_MS);

	return minute >= EARLIEST && minute < LATEST;
}

static void hold_thread(DemoPlan *plan, Talk *talk, const DemoThread *thread, const Cast *cast,
			const Topic *topic)
{
	const Deed *first = NULL;

	for (int i = 0; thread->lines[i]; i++) {
		const char *line = thread->lines[i];
		bool answers = *line == '>';
		int place = speaker(cast, line[answers]);
		char *text;
		int64_t minutes = g_ascii_strtoll(line + answers + 1, &text, 10);
		int64_t at_ms = topic->start_ms + minutes * MINUTE_MS +
				dice_roll(&plan->dice, 50) * 1000LL;
		Deed *deed;

		g_assert(*text == ' ');
		if (!is_waking_time(at_ms) || at_ms > plan->now_ms - 2 * MINUTE_MS)
			return;
		deed = demo_deed(plan, DEED_POST, at_ms);
		deed->person = place;
		deed->where = talk->chat;
		deed->text = expand(plan, text + 1, demo_person(plan, place)->female, topic);
		deed->message = answers ? first : NULL;
		first = first ? first : deed;
		g_ptr_array_add(talk->posts, deed);
	}
}

/* Midnights of days on which a day at school follows, as "tomorrow" is said; today is too young. */
static GArray *list_days(const DemoPlan *plan)
{
	GArray *days = g_array_new(FALSE, FALSE, sizeof(int64_t));
	int64_t day_ms = (plan->talk_ms + MOSCOW_MS) / DAY_MS * DAY_MS - MOSCOW_MS;

	for (; day_ms + DAY_MS <= plan->now_ms; day_ms += DAY_MS)
		if (!is_free(day_ms) && !is_free(day_ms + DAY_MS))
			g_array_append_val(days, day_ms);
	return days;
}

/* One of `how_many` even shares of the days. */
static int64_t choose_start(DemoPlan *plan, const GArray *days, int number, int how_many, int hour)
{
	int from = (int)days->len * number / how_many;
	int to = MAX(from + 1, (int)days->len * (number + 1) / how_many);
	int64_t day_ms = g_array_index(days, int64_t, from + dice_roll(&plan->dice, to - from));

	return day_ms + (hour * 60 + dice_roll(&plan->dice, 45)) * MINUTE_MS;
}

/* Those that were least told elsewhere, so that parallel classes do not read the same. */
static GArray *choose_threads(DemoPlan *plan, const Talk *talk)
{
	int grade = talk->class_place >= 0 ? demo_class(plan, talk->class_place)->grade : 0;
	g_autoptr(GArray) fitting = g_array_new(FALSE, FALSE, sizeof(int));
	GArray *chosen = g_array_new(FALSE, FALSE, sizeof(int));

	for (int i = 0; talk->threads[i].lines[0]; i++)
		if (grade >= talk->threads[i].from_grade && grade <= talk->threads[i].to_grade)
			g_array_append_val(fitting, i);
	dice_shuffle(&plan->dice, (int *)(void *)fitting->data, (int)fitting->len);
	while (fitting->len && (int)chosen->len < talk->how_many) {
		guint best = 0;

		for (guint i = 1; i < fitting->len; i++)
			if (talk->told[g_array_index(fitting, int, i)] <
			    talk->told[g_array_index(fitting, int, best)])
				best = i;
		talk->told[g_array_index(fitting, int, best)]++;
		g_array_append_val(chosen, g_array_index(fitting, int, best));
		g_array_remove_index(fitting, best);
	}
	dice_shuffle(&plan->dice, (int *)(void *)chosen->data, (int)chosen->len);
	return chosen;
}

static int compare_posts(const void *a, const void *b)
{
	const Deed *first = *(const Deed *const *)a;
	const Deed *second = *(const Deed *const *)b;

	if (first->at_ms != second->at_ms)
		return first->at_ms < second->at_ms ? -1 : 1;
	return first->order < second->order ? -1 : first->order > second->order;
}

static void hold_talk(DemoPlan *plan, Talk *talk)
{
	g_autoptr(GArray) chosen = choose_threads(plan, talk);
	g_autoptr(GArray) days = list_days(plan);
	int count = days->len ? (int)chosen->len : 0;

	talk->posts = g_ptr_array_new();
	for (int i = 0; i < count; i++) {
		const DemoThread *thread = &talk->threads[g_array_index(chosen, int, i)];
		bool known = talk->known >= 0 && i < count - 1 && dice_roll(&plan->dice, 5) < 2;
		g_auto(Topic) topic = {0};
		Cast cast = {.class_teacher = -1, .other_teacher = -1};

		topic.start_ms = choose_start(plan, days, i, count, thread->hour);
		choose_topic(plan, talk->class_place, &topic);
		choose_cast(plan, talk, known, &cast);
		hold_thread(plan, talk, thread, &cast, &topic);
	}
	g_ptr_array_sort(talk->posts, compare_posts);
}

/* --- Who has read --- */

/* Everything but the last `unread` of others; who wrote something has read what was before it. */
static void mark(DemoPlan *plan, const Talk *talk, int reader, int unread)
{
	for (int i = (int)talk->posts->len - 1; i >= 0; i--) {
		const Deed *post = talk->posts->pdata[i];
		Deed *deed;

		if (post->person != reader && unread-- > 0)
			continue;
		deed = demo_deed(plan, DEED_READ, plan->now_ms - 1);
		deed->person = reader;
		deed->where = talk->chat;
		deed->message = post;
		return;
	}
}

static int choose_unread(DemoPlan *plan, const char *login, int chat)
{
	bool teacher = strcmp(login, "kravcova") == 0;

	if (strcmp(login, "mironova") == 0)
		return 3;
	if (strcmp(login, "mironova-mama") == 0)
		return 2;
	if (teacher && chat == DEMO_STAFF_CHAT)
		return 4;
	if (teacher)
		return chat % 3 == 0 ? 2 : 0;
	return dice_roll(&plan->dice, 10) < 7 ? 0 : 1 + dice_roll(&plan->dice, 6);
}

/* One in seven does not look into it. */
static void mark_all(DemoPlan *plan, const Talk *talk, const GArray *members)
{
	for (guint i = 0; i < members->len; i++) {
		int reader = g_array_index(members, int, i);
		const char *login = demo_person(plan, reader)->login;
		bool known = strcmp(login, "kravcova") == 0 || g_str_has_prefix(login, "mironova");

		if (dice_roll(&plan->dice, 7) || known)
			mark(plan, talk, reader, choose_unread(plan, login, talk->chat));
	}
}

/* --- The school's chats --- */

static void talk_of_staff(DemoPlan *plan)
{
	g_autoptr(GArray) staff = g_array_new(FALSE, FALSE, sizeof(int));
	int told[THREADS_MAX] = {0};
	Talk talk = {DEMO_STAFF_CHAT, -1, staff, DEMO_STAFF_THREADS, told, THREADS_MAX, -1, NULL};

	for (int i = 0; i < (int)plan->people->len; i++)
		if (demo_person(plan, i)->roles & ROLE_TEACHER && i > 1)
			g_array_append_val(staff, i);
	talk.known = demo_find_login(plan, "kravcova");
	hold_talk(plan, &talk);
	g_array_prepend_vals(staff, (int[]){0, 1}, 2);
	mark_all(plan, &talk, staff);
	g_ptr_array_unref(talk.posts);
}

static int find_known(const DemoPlan *plan, const GArray *speakers)
{
	for (guint i = 0; i < speakers->len; i++) {
		int place = g_array_index(speakers, int, i);
		const char *login = demo_person(plan, place)->login;

		if (strcmp(login, "mironova") == 0 || strcmp(login, "mironova-mama") == 0)
			return place;
	}
	return -1;
}

static void talk_of_class(DemoPlan *plan, int place, bool parents, int *told)
{
	const DemoClass *class = demo_class(plan, place);
	const GArray *speakers = parents ? class->parents : class->pupils;
	g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(int));
	Talk talk = {demo_chat(place, parents),
		     place,
		     speakers,
		     parents ? DEMO_PARENTS_THREADS : DEMO_PUPILS_THREADS,
		     told,
		     0,
		     -1,
		     NULL};

	talk.known = find_known(plan, speakers);
	talk.how_many = 3 + dice_roll(&plan->dice, 3) + (talk.known >= 0 ? 3 : 0);
	hold_talk(plan, &talk);
	g_array_append_val(members, class->class_teacher);
	g_array_append_vals(members, class->teachers->data, class->teachers->len);
	g_array_append_vals(members, speakers->data, speakers->len);
	mark_all(plan, &talk, members);
	g_ptr_array_unref(talk.posts);
}

void demo_plan_talk(DemoPlan *self)
{
	int told_pupils[THREADS_MAX] = {0};
	int told_parents[THREADS_MAX] = {0};

	talk_of_staff(self);
	for (int i = 0; i < (int)self->classes->len; i++) {
		talk_of_class(self, i, false, told_pupils);
		talk_of_class(self, i, true, told_parents);
	}
}
