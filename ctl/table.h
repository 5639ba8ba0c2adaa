/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one table of what urokctl understands. From it come the command line's reading, --help, the
 * manual page in both languages and the completion of a shell. */
#pragma once

#include "commands.h"
#include "phrase.h"

typedef struct {
	const char *name;
	char letter;	    /* 0: none */
	Text value;	    /* as people see it; NULL: it is a flag */
	const char *offers; /* for completion, as in Command */
	Text what;
	size_t offset; /* in Options: of a bool, or of a char * that is owned */
} Option;

typedef struct {
	Text heading;	 /* of the group that begins with this command; else NULL */
	const char *name; /* one or two words */
	Text arguments;	 /* as people see them: "NAME [FILE]"; NULL: none */
	guint least;
	guint most;
	CommandFunc run;
	const char *options; /* those that it takes beside the common ones: "login untried" */
	/* What a shell offers for an argument: words of "camera", "login", "role", "unit", "file",
	 * each offered; NULL: nothing. */
	const char *offers;
	Text what; /* one line, no capital, no full stop. NULL: not shown to people */
	Text more; /* sentences; `words` in backticks are typed. NULL: `what` says all */
} Command;

extern const Command TABLE_COMMANDS[]; /* ended by a row without a name */
extern const Option TABLE_OPTIONS[];

/* --json, --socket, --help, --version: every command takes them. */
bool table_is_common(const Option *option);

/* Does the command take the option? */
bool table_takes(const Command *command, const Option *option);

/* The command at the front of `words`, and of how many words its name is; NULL: none. */
const Command *table_find(char **words, guint *ret_words);

/* What follows the command's name, translated: "NAME ADDRESS", or "". */
const char *table_arguments(const Command *command);
