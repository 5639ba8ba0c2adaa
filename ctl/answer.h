/* SPDX-License-Identifier: LGPL-2.1-or-later
 * urokd's answers on the terminal. */
#pragma once

#include "base/json.h"

/* One line of JSON. */
void answer_json(const json_t *answer);

/* «name: value» lines, in the order that urokd gave them; inner objects are indented. */
void answer_fields(const json_t *answer);

/* A text field, or "" if it is absent or null. Borrowed. */
const char *answer_text(const json_t *answer, const char *name);

/* After a question: is what was typed a yes, of either language? The end of the input is none. */
bool answer_read_yes(void);
/* Asks on the terminal: a yes sets it, else it is an error that says so. */
bool answer_agree(GError **error);

/* A damaged database is said with what to do, and by the status. `name` is the field that says so;
 * json: the answer was told already, and no sentence follows. */
bool answer_check_database(bool json, const json_t *answer, const char *name, GError **error);
