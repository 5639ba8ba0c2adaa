/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is printed: a document is put together here and laid out by urok-papers, A4 as PDF. */
#pragma once

#include "http/http.h"
#include "jobs/jobs.h"

typedef struct Documents Documents;
typedef struct Document Document;

/* Each description is at most so large, and one person waits for so few at a time. */
#define DOCUMENT_BYTES_MAX  (2 * 1024 * 1024)
#define DOCUMENTS_AT_A_TIME 3

Documents *documents_new(Jobs *jobs); /* borrowed */
void documents_free(Documents *self); /* after http is gone */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Documents, documents_free)
/* Stands at the head of each page; owned, or NULL. */
void documents_set_school_name(Documents *self, char *(*dup_name)(void *room), void *room);

/* --- What is in it, from the top down. Texts are copied; any Unicode may be in them, of at most
 * 20,000 characters a text. --- */

/* "ru", "en"; what the documents themselves say (the labels of a slip) is in that language. */
Document *document_new(const char *language, const char *title);
void document_free(Document *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Document, document_free)

void document_add_heading(Document *self, const char *text);
void document_add_text(Document *self, const char *text); /* a paragraph */
void document_add_steps(Document *self, const char *const *steps); /* numbered; NULL ends them */

typedef struct {
	const char *question;
	const char *answer;
} DocumentQuestion;
void document_add_questions(Document *self, const DocumentQuestion *questions, size_t n);

/* One to six columns; then rows with as many cells, which go into the last table. */
void document_add_table(Document *self, const char *const *columns);
void document_add_row(Document *self, const char *const *cells);

/* A code for a camera, the caption beside it; pressed on a screen it leads there. */
void document_add_qr(Document *self, const char *text, const char *caption);

/* Lets one person in. Slips that follow each other share sheets, eight on each, with lines to cut. */
typedef struct {
	const char *link; /* in the QR code; at most 300 characters */
	const char *name;
	const char *class_name; /* NULL: none, as what follows */
	const char *role;       /* as it is read: "ученик" */
	const char *code;       /* "ABCD-EFGH-JKLM" */
	const char *address;    /* where the code is typed: "school17.example/i" */
	const char *valid_until; /* as it is read: "3 декабря 2026 г." */
	const char *fingerprint; /* of the school's own authority: hexadecimal digits and colons */
	const char *const *steps; /* at most four, NULL ends them; NULL: the usual three */
} DocumentSlip;
void document_add_slip(Document *self, const DocumentSlip *slip);

/* A day as people of that language write it, owned: "3 декабря 2026 г.", "3 December 2026". */
char *document_format_day(const char *language, GDateTime *when);

/* --- The answer --- */

/* Holds the request and answers it with application/pdf, to be kept as file_name ("Памятка.pdf");
 * the document is stolen, also on failure. In a route that writes, what it wrote is committed
 * without waiting for the PDF. TOO_LARGE document-too-long; CONFLICT documents-in-work; UNAVAILABLE
 * jobs-full, document-not-done. */
bool documents_reply(Documents *self, Request *request, Document *document, const char *file_name,
                     GError **error);

/* language= of the query, the only word there may be: "ru", where it is absent, or "en". INVALID. */
bool documents_read_language(Request *request, const char **ret, GError **error);

/* Content-Disposition for a file with any name (RFC 6266, RFC 8187), owned. */
char *documents_disposition(const char *file_name);
