/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The system's journal. */
#pragma once

/* Alarms go there with their fields if it is where this program's standard error goes. */
void journal_find(void);
