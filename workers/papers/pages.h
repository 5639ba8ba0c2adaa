/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sheets of A4, written from the top down: what does not fit goes on to the next one. Lengths in
 * points of 1/72 inch. */
#pragma once

#include "base/error.h"

#include <pango/pangocairo.h>

#define MM            (72 / 25.4)
#define SHEET_WIDTH   (210 * MM)
#define SHEET_HEIGHT  (297 * MM)
#define MARGIN        (20 * MM)
#define MARGIN_TOP    (24 * MM)
#define MARGIN_BOTTOM (20 * MM)
#define TEXT_WIDTH    (SHEET_WIDTH - 2 * MARGIN)

typedef struct {
	const char *family;
	double size;
	bool is_bold;
	double grey; /* 0 is black */
	double space; /* below it */
} Style;

#define SANS "PT Sans, DejaVu Sans"
#define MONO "PT Mono, DejaVu Sans"

typedef struct {
	cairo_t *cairo;
	PangoContext *context;
	const char *title;  /* at the foot of each page, may be NULL */
	const char *header; /* at its head, may be NULL */
	unsigned page;      /* from 1; 0: none is begun */
	unsigned pages;     /* in all; 0: they are being counted and nothing is drawn */
	bool is_bare;       /* the page has neither head nor foot */
	double y;           /* from here on the page is empty */
} Pages;

bool pages_begin(Pages *self, bool is_bare, GError **error); /* TOO_LARGE document-too-long */
void pages_end(Pages *self); /* the last one */
bool pages_need(Pages *self, double height, GError **error); /* a page that has so much room */

/* Owned; width <= 0: it is not broken. Signs that steer machines become blanks. */
PangoLayout *pages_layout(Pages *self, const Style *style, const char *text, double width);
double layout_height(PangoLayout *layout);
void pages_show(Pages *self, const Style *style, PangoLayout *layout, double x, double y);

/* As many of its lines from *line as the page has room for below y; moves both on. */
void pages_show_lines(Pages *self, const Style *style, PangoLayout *layout, double x, int *line,
                      double *y);
/* A paragraph at y, over as many pages as it takes. */
bool pages_write(Pages *self, const Style *style, const char *text, double indent, GError **error);

/* A QR code as black squares, `side` wide with nothing around it; INVALID: too long a text. */
bool pages_show_code(Pages *self, const char *text, double x, double y, double side,
                     GError **error);
/* What lies there leads to the address when it is pressed on a screen. */
void pages_link(Pages *self, const char *address, double x, double y, double width, double height);
