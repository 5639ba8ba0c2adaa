/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which passwords are too weak: short ones, well-known ones, runs of a keyboard, own words.
 *
 * A password is judged by its core: folded, without the digits and marks that people hang on both
 * ends, read on the Latin keys where it was typed on the Russian ones (йцукен = qwerty), and in
 * Latin letters (админ = admin). */
#include "base/text.h"
#include "people/passwords.h"

#include <string.h>

/* Where people's fingers walk: a piece of one of these, in either direction, is no secret. */
static const char *const KEYBOARD_RUNS[] = {
	"qwertyuiop[]asdfghjkl;'zxcvbnm,.",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
	"qazwsxedcrfvtgbyhnujmik,ol.p;/",
	"1q2w3e4r5t6y7u8i9o0p",
	"q1w2e3r4t5y6u7i8o9p0",
	"01234567890123456789",
	"abcdefghijklmnopqrstuvwxyz",
	"f,dult;pbqrkvyjghcnea[wxio]sm'.z",
	"zaq12wsxcde34rfvbgt56yhnmju78ik,",
	"qweasdzxc123",
	"qweasdzxcrtyfghvbn",
};

/* Cores of what the lists of leaked passwords are full of, folded, as typed on Latin keys. */
static const char *const WELL_KNOWN[] = {
	"password",  "passw0rd",      "p@ssw0rd",     "p@ssword",    "parol",	  "gfhjkm",
	"admin",     "administrator", "root",	      "user",	     "test",	  "guest",
	"login",     "welcome",	      "letmein",      "iloveyou",    "sunshine",  "princess",
	"dragon",    "monkey",	      "football",     "baseball",    "superman",  "batman",
	"master",    "shadow",	      "hello",	      "freedom",     "whatever",  "trustno",
	"pokemon",   "minecraft",     "roblox",	      "samsung",     "android",	  "iphone",
	"computer",  "internet",      "school",	      "shkola",	     "irjkf",	  "shkolnik",
	"uchitel",   "exbntkm",	      "uchenik",      "extybr",	     "direktor",  "lbhtrnjh",
	"klass",     "rkfcc",	      "urok",	      "ehjr",	     "sferum",	  "cathev",
	"vkontakte", "drjynfrnt",     "moskva",	      "vjcrdf",	     "russia",	  "rossiya",
	"hjccbz",    "natasha",	      "yfnfif",	      "marina",	     "vfhbyf",	  "nastya",
	"yfcnz",     "andrey",	      "fylhtq",	      "sergey",	     "cthutq",	  "maksim",
	"vfrcbv",    "dmitriy",	      "lvbnhbq",      "alexander",   "aleksandr", "fktrcfylh",
	"ekaterina", "trfnthbyf",     "svetlana",     "cdtnkfyf",    "viktoria",  "dbrnjhbz",
	"kristina",  "rhbcnbyf",      "lubov",	      "k.,jdm",	     "lubimaya",  "k.,bvfz",
	"solnce",    "cjkywt",	      "zvezda",	      "pdtplf",	     "spartak",	  "cgfhnfr",
	"zenit",     "ptybn",	      "privet",	      "ghbdtn",	     "privetik",  "ghbdtnbr",
	"marusya",   "vfhecz",	      "malyshka",     "vfksirf",     "kotenok",	  "rjntyjr",
	"koshka",    "rjirf",	      "sobaka",	      "cj,frf",	     "mamapapa",  "vfvfgfgf",
	"mamochka",  "vfvjxrf",	      "lalala",	      "qwerty",	     "qazwsx",	  "asdfgh",
	"zxcvbn",    "yaustal",	      "ghjcnjgfhjkm", "prostoparol", "secret",	  "ctrhtn",
	"cloud",     "summer",	      "winter",	      "ljcneg",	     "dostup",
};

/* The keys of the Russian layout where the Latin one has these, from а to я. */
static const char *const KEYS[] = {"f", ",", "d", "u", "l", "t", ";", "p", "b", "q", "r",
				   "k", "v", "y", "j", "g", "h", "c", "n", "e", "a", "[",
				   "w", "x", "i", "o", "]", "s", "m", "'", ".", "z"};

/* Folded and as typed on Latin keys. */
static char *as_typed(const char *text)
{
	g_autofree char *folded = text_fold(text);
	GString *out = g_string_new(NULL);

	for (const char *at = folded; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		if (c >= 0x430 && c <= 0x44f)
			g_string_append(out, KEYS[c - 0x430]);
		else
			g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

#define LETTERS "abcdefghijklmnopqrstuvwxyz[];'"

static bool is_decoration(char c)
{
	return g_ascii_isdigit(c) || strchr("!@#$%^&*()-_=+ ?", c);
}

static char *core_of(const char *typed)
{
	const char *start = typed;
	const char *end = typed + strlen(typed);

	while (start < end && is_decoration(*start))
		start++;
	while (end > start && is_decoration(end[-1]))
		end--;
	return g_strndup(start, (gsize)(end - start));
}

static bool is_run(const char *typed)
{
	g_autofree char *turned = g_utf8_strreverse(typed, -1);

	for (size_t i = 0; i < G_N_ELEMENTS(KEYBOARD_RUNS); i++)
		if (strstr(KEYBOARD_RUNS[i], typed) || strstr(KEYBOARD_RUNS[i], turned))
			return true;
	return false;
}

/* The same few characters again and again: 11111111, абабабаб, 12341234. */
static bool repeats(const char *typed)
{
	size_t length = strlen(typed);

	for (size_t period = 1; period <= 4 && period * 2 <= length; period++)
		if (strncmp(typed, typed + period, length - period) == 0)
			return true;
	return false;
}

/* Nothing is left of the password but a word of its owner and a few more characters. */
static bool is_made_of(const char *typed, const char *core, const char *word)
{
	g_autofree char *typed_word = as_typed(word);
	g_autofree char *core_word = core_of(typed_word);

	if (strlen(core_word) < 3)
		return typed_word[0] && strcmp(typed, typed_word) == 0;
	return strcmp(core, core_word) == 0 ||
	       (strstr(typed, core_word) && strlen(typed) < strlen(core_word) + 4);
}

static bool is_well_known(const char *core)
{
	for (size_t i = 0; i < G_N_ELEMENTS(WELL_KNOWN); i++)
		if (strcmp(core, WELL_KNOWN[i]) == 0)
			return true;
	return false;
}

static bool is_weak(const char *password, const char *const words[])
{
	g_autofree char *typed = as_typed(password);
	g_autofree char *core = core_of(typed);
	g_autofree char *in_latin = text_slug(password, PASSWORD_BYTES_MAX);
	g_autofree char *core_in_latin = core_of(in_latin);

	if (is_run(typed) || repeats(typed))
		return true;
	for (; *words; words++)
		if (is_made_of(typed, core, *words))
			return true;
	/* A date, a telephone number; or a run with something hung on it. */
	if (!strpbrk(typed, LETTERS) || strlen(core) < 3 || is_run(core) || repeats(core))
		return strlen(typed) < 16;
	return is_well_known(core) || is_well_known(core_in_latin);
}

bool passwords_check_strength(const char *field, const char *password, const char *const words[],
			      GError **error)
{
	size_t size = strlen(password);

	if (size < PASSWORD_BYTES_MIN)
		return error_reason(error, ERROR_INVALID, "weak-password", field,
				    "A password has at least %d characters", PASSWORD_BYTES_MIN);
	if (size > PASSWORD_BYTES_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", field,
				    "A password has at most %d bytes", PASSWORD_BYTES_MAX);
	if (is_weak(password, words))
		return error_reason(error, ERROR_INVALID, "weak-password", field,
				    "This password is easy to guess; take several unrelated words");
	return true;
}
