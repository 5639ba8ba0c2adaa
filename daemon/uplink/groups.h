/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Kinds of events as people decide about them: each belongs to one group, by the beginning of its
 * name. */
#pragma once

/* Of the longest beginning that fits; NULL: nobody has decided where it belongs, so it stays. */
const char *group_of_kind(const char *kind);
/* In the order in which they are shown; NULL after the last. */
const char *group_name(unsigned index);
