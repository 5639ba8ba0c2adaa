/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The demo school as a plan: who there is, and what they do, before any of it is done. */
#pragma once

#include "app/demo-names.h"
#include "app/demo.h"

typedef struct {
	char *family; /* as this person bears it */
	char *given;
	char *patronymic;
	char *login;
	char *birth_date; /* NULL: not written down */
	bool female;
	unsigned roles; /* without parent: links give it */
	Id id;		/* once added */
} DemoPerson;

typedef struct {
	int grade;
	const char *letter;
	Id id;
	int class_teacher; /* places in the plan's people, as all that follow */
	GArray *teachers;  /* without the class teacher */
	GArray *pupils;
	GArray *parents;
} DemoClass;

typedef enum {
	DEED_ADD_CAMERA,
	DEED_ADD_YEAR,
	DEED_ADD_PERSON,
	DEED_ADD_CLASS,
	DEED_SEAT,
	DEED_LINK,
	DEED_POST,
	DEED_READ,
	DEED_BROADCAST,
	DEED_SET_SCHOOL,
	N_DEEDS,
} DeedKind;

typedef struct Deed Deed;
struct Deed {
	int64_t at_ms; /* 0: now */
	guint order;   /* among those of one time */
	DeedKind kind;
	int person; /* who does it, or to whom it is done */
	int other;  /* the parent of a link, the MemberAs of a seat */
	int where;  /* a class's place; of a chat see demo_chat() */
	char *text;
	const Deed *message; /* that is answered, or read up to */
	Id made;	     /* the message, once posted */
};

typedef struct {
	Dice dice;
	int64_t now_ms;
	int64_t founded_ms; /* late in August */
	int64_t talk_ms;    /* the first day of what was written */
	int year;	    /* in which the school year began */
	GPtrArray *people;  /* of DemoPerson */
	GPtrArray *classes; /* of DemoClass */
	GPtrArray *deeds;
	GHashTable *logins; /* that are taken: borrowed from people */
} DemoPlan;

/* The whole plan, its deeds in the order of their times. */
DemoPlan *demo_plan_new(uint64_t seed, int64_t now_ms, bool camera);
void demo_plan_free(DemoPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DemoPlan, demo_plan_free)

DemoPerson *demo_person(const DemoPlan *self, int place);
DemoClass *demo_class(const DemoPlan *self, int place);
int demo_find_login(const DemoPlan *self, const char *login);
Deed *demo_deed(DemoPlan *self, DeedKind kind, int64_t at_ms);

/* Chats by place: the staff's is 0, a class's pupils' and parents' follow each other. */
int demo_chat(int class_place, bool parents);
#define DEMO_STAFF_CHAT 0

void demo_plan_people(DemoPlan *self); /* demo-people.c */
void demo_plan_talk(DemoPlan *self);   /* demo-talk.c */
