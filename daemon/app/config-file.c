/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A reader that knows its lines: GKeyFile forgets them, and an administrator wants to be told
 * which one is wrong. [group], name = value, comments behind # or ; at a line's beginning. */
#include "app/config-file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_MAX (1024 * 1024)

static void line_free(void *data)
{
	ConfigLine *line = data;

	g_free(line->file);
	g_free(line->group);
	g_free(line->name);
	g_free(line->value);
	g_free(line);
}

static void problem_free(void *data)
{
	ConfigProblem *problem = data;

	g_free(problem->text);
	g_free(problem);
}

void config_file_refuse(ConfigFile *self, const char *file, unsigned line, const char *format, ...)
{
	g_autofree char *sentence = NULL;
	ConfigProblem *problem;
	guint index;
	va_list args;

	va_start(args, format);
	sentence = g_strdup_vprintf(format, args);
	va_end(args);
	if (!g_ptr_array_find_with_equal_func(self->files, file, g_str_equal, &index))
		index = self->files->len;
	problem = g_new(ConfigProblem, 1);
	problem->place = (guint64)index << 32 | line;
	problem->text = line ? g_strdup_printf("%s:%u: %s", file, line, sentence)
	                     : g_strdup_printf("%s: %s", file, sentence);
	g_ptr_array_add(self->problems, problem);
}

static int compare_problems(gconstpointer a, gconstpointer b)
{
	const ConfigProblem *one = *(const ConfigProblem *const *)a;
	const ConfigProblem *other = *(const ConfigProblem *const *)b;

	return (one->place > other->place) - (one->place < other->place);
}

char *config_file_problems(ConfigFile *self)
{
	GString *text = g_string_new(NULL);

	g_ptr_array_sort(self->problems, compare_problems);
	for (guint i = 0; i < self->problems->len; i++)
		g_string_append_printf(text, "%s%s", i ? "\n" : "",
		                       ((ConfigProblem *)self->problems->pdata[i])->text);
	return g_string_free(text, !text->len);
}

/* In one file each key stands once; a later file may say it again. Returns the first line, or 0. */
static unsigned note_seen(ConfigFile *self, const ConfigLine *line)
{
	g_autofree char *key = g_strdup_printf("[%s] %s", line->group, line->name);
	unsigned first = GPOINTER_TO_UINT(g_hash_table_lookup(self->seen, key));

	if (!first)
		g_hash_table_insert(self->seen, g_steal_pointer(&key), GUINT_TO_POINTER(line->line));
	return first;
}

static void read_assignment(ConfigFile *self, const char *file, unsigned number, const char *group,
                            char *text)
{
	char *equals = strchr(text, '=');
	ConfigLine *line;
	unsigned first;

	if (!equals || equals == text) {
		config_file_refuse(self, file, number, "expected [group], name=value or # and a comment");
		return;
	}
	if (!group) {
		config_file_refuse(self, file, number,
		                   "a line like [school] must stand in front of the first key");
		return;
	}
	*equals = '\0';
	line = g_new0(ConfigLine, 1);
	line->file = g_strdup(file);
	line->line = number;
	line->group = g_strdup(group);
	line->name = g_strdup(g_strchomp(text));
	line->value = g_strdup(g_strstrip(equals + 1));
	first = note_seen(self, line);
	if (first) {
		config_file_refuse(self, file, number, "[%s] %s: stands in line %u already", group,
		                   line->name, first);
		line_free(line);
		return;
	}
	g_ptr_array_add(self->lines, line);
}

/* The group that the line opens, owned, in place of the one before. */
static char *read_group(ConfigFile *self, const char *file, unsigned number, char *text)
{
	char *end = strchr(text, ']');

	if (end && end > text + 1 && !end[1])
		return g_strndup(text + 1, (gsize)(end - text - 1));
	config_file_refuse(self, file, number, "expected a group like [school] and nothing behind it");
	return NULL;
}

static void read_lines(ConfigFile *self, const char *file, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autofree char *group = NULL;
	bool lost = false; /* a group's line was wrong: what stands below it is not judged */

	g_hash_table_remove_all(self->seen);
	for (guint i = 0; lines[i]; i++) {
		char *line = g_strstrip(lines[i]);

		if (!*line || *line == '#' || *line == ';')
			continue;
		if (*line == '[') {
			g_free(group);
			group = read_group(self, file, i + 1, line);
			lost = !group;
		} else if (!lost) {
			read_assignment(self, file, i + 1, group, line);
		}
	}
}

static unsigned line_of(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static void read_file(ConfigFile *self, const char *file)
{
	static const char MARK[] = "\xef\xbb\xbf"; /* of UTF-8, by some editors */
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	const char *end;
	gsize size;

	g_ptr_array_add(self->files, g_strdup(file));
	if (access(file, R_OK) != 0) {
		config_file_refuse(self, file, 0, "cannot be read: %s", g_strerror(errno));
		return;
	}
	if (!g_file_get_contents(file, &text, &size, &error)) {
		config_file_refuse(self, file, 0, "cannot be read: %s", error->message);
		return;
	}
	if (size > FILE_BYTES_MAX) {
		config_file_refuse(self, file, 0, "is larger than a configuration can be");
		return;
	}
	if (!g_utf8_validate(text, (gssize)size, &end)) {
		config_file_refuse(self, file, line_of(text, end), "is no UTF-8 text");
		return;
	}
	read_lines(self, file, g_str_has_prefix(text, MARK) ? text + strlen(MARK) : text);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void read_folder(ConfigFile *self, const char *path)
{
	g_autofree char *parent = g_path_get_dirname(path);
	g_autofree char *folder = g_build_filename(parent, "conf.d", NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
	const char *name;

	if (!dir) {
		if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT) &&
		    !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
			config_file_refuse(self, folder, 0, "cannot be read: %s", error->message);
		return;
	}
	while ((name = g_dir_read_name(dir)))
		if (*name != '.' && g_str_has_suffix(name, ".conf"))
			g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++)
		read_file(self, names->pdata[i]);
}

ConfigFile *config_file_read(const char *path)
{
	ConfigFile *self = g_new0(ConfigFile, 1);

	self->lines = g_ptr_array_new_with_free_func(line_free);
	self->problems = g_ptr_array_new_with_free_func(problem_free);
	self->files = g_ptr_array_new_with_free_func(g_free);
	self->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	read_file(self, path);
	read_folder(self, path);
	return self;
}

void config_file_free(ConfigFile *self)
{
	if (!self)
		return;
	g_ptr_array_unref(self->lines);
	g_ptr_array_unref(self->problems);
	g_ptr_array_unref(self->files);
	g_hash_table_unref(self->seen);
	g_free(self);
}
