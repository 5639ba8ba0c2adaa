/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The consents that a new school finds: texts to begin with, which the school's own lawyer changes.
 * None is required until an administrator says so. */
#include "consents/consents-private.h"

static const struct {
	const char *purpose;
	bool enabled;
	const char *title;
	const char *text; /* %s: the school's name */
} DEFAULTS[] = {
	{PURPOSE_TAKING_PART, false, "Согласие на участие ребёнка",
	 "Я, законный представитель ребёнка, даю согласие: %s (оператор) обрабатывает данные моего "
	 "ребёнка, чтобы он учился с классом на школьном сервере «Урок».\n\n"
	 "Какие данные: фамилия, имя, отчество, дата рождения, класс, родители, сообщения и время "
	 "входа.\n"
	 "Что с ними делают: хранят на сервере в школе, показывают учителям, одноклассникам и "
	 "родителям ребёнка. Другим их не передают.\n"
	 "Срок: пока ребёнок учится в этой школе.\n\n"
	 "Согласие можно отозвать в любой момент на странице ребёнка или письменно в школе. Тогда "
	 "ребёнок больше не сможет писать на сервере."},
	{PURPOSE_PHOTO, true, "Согласие на фотографию в профиле",
	 "Я, законный представитель ребёнка, даю согласие: %s (оператор) показывает фотографию, "
	 "которую мой ребёнок поставит в своём профиле на школьном сервере «Урок».\n\n"
	 "Кто увидит: учителя, одноклассники и их учителя, родители ребёнка.\n"
	 "Срок: пока ребёнок учится в этой школе.\n\n"
	 "Согласие можно отозвать в любой момент на странице ребёнка. Фотография сразу исчезнет и "
	 "будет стёрта."},
	{PURPOSE_RECORDINGS, true, "Согласие на запись уроков",
	 "Я, законный представитель ребёнка, даю согласие: %s (оператор) записывает уроки, в которых "
	 "видно или слышно моего ребёнка, чтобы класс мог пересмотреть их на школьном сервере «Урок»."
	 "\n\n"
	 "Кто увидит: учителя и ученики класса, их родители.\n"
	 "Срок: до конца учебного года.\n\n"
	 "Согласие можно отозвать в любой момент на странице ребёнка или письменно в школе."},
};

static ConsentKind *make(size_t i, const char *school_name)
{
	g_autofree char *name = g_strconcat("consent.", DEFAULTS[i].purpose, NULL);
	g_auto(GStrv) halves = g_strsplit(DEFAULTS[i].text, "%s", 2);
	ConsentKind *kind = g_new0(ConsentKind, 1);

	kind->id = id_derive("school", name);
	kind->purpose = g_strdup(DEFAULTS[i].purpose);
	kind->for_pupils = true;
	kind->enabled = DEFAULTS[i].enabled;
	kind->title = g_strdup(DEFAULTS[i].title);
	kind->text = g_strjoinv(school_name, halves);
	return kind;
}

GPtrArray *kinds_default(const char *school_name)
{
	GPtrArray *kinds = g_ptr_array_new_with_free_func((GDestroyNotify)consent_kind_free);

	for (size_t i = 0; i < G_N_ELEMENTS(DEFAULTS); i++)
		g_ptr_array_add(kinds, make(i, school_name ? school_name : "школа"));
	return kinds;
}
