/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Conversations of the demo school, and how one is written down. */
#pragma once

/* demo-threads.c: conversations as they may have been. A line is "WHO+MINUTES text"; WHO is a
 * speaker of the thread: T the class teacher, S another teacher, D the director, O the
 * administrator, a to e people of the chat. A '>' before WHO answers the thread's first line.
 * In the text [he|she] goes by the speaker's gender, <this/that> by chance; {day}, {date},
 * {page}, {number}, {room}, {time} are the thread's, {class} the class, {teacher} its teacher. */
typedef struct {
	int from_grade;
	int to_grade;
	int hour;	      /* about when it begins */
	const char *lines[9]; /* NULL at the end */
} DemoThread;

extern const DemoThread DEMO_PUPILS_THREADS[]; /* ended by {0} */
extern const DemoThread DEMO_PARENTS_THREADS[];
extern const DemoThread DEMO_STAFF_THREADS[];
