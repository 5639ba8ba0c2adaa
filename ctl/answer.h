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
