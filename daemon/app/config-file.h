/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The lines of the configuration: of one file and of those in conf.d beside it. */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *file;
	unsigned line;
	char *group;
	char *name;
	char *value; /* without blanks around it */
} ConfigLine;

typedef struct {
	GPtrArray *lines;    /* of ConfigLine, in the order in which they count */
	GPtrArray *problems; /* of ConfigProblem */
	GPtrArray *files;    /* names, in the order in which they were read */
	GHashTable *seen;    /* keys of the file that is being read → their line */
} ConfigFile;

typedef struct {
	guint64 place; /* of its file and line among all */
	char *text;    /* "FILE:LINE: what was expected" */
} ConfigProblem;

/* Reads the file, then conf.d/?*.conf beside it in the order of their names. What cannot be read is
 * among the problems. */
ConfigFile *config_file_read(const char *path);
void config_file_free(ConfigFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConfigFile, config_file_free)

void config_file_refuse(ConfigFile *self, const char *file, unsigned line, const char *format, ...)
        G_GNUC_PRINTF(4, 5);

/* All of them, a line each, in the order of files and lines; owned. NULL: nothing is wrong. */
char *config_file_problems(ConfigFile *self);
