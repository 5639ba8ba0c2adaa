/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One slip: whom it lets in, what a camera reads, what is typed instead, what to do. */
#include "slips.h"

#define COLUMNS 2
#define ROWS    (SLIPS_A_SHEET / COLUMNS)
#define WIDTH   (SHEET_WIDTH / COLUMNS)
#define HEIGHT  (SHEET_HEIGHT / ROWS)
#define EDGE    (5.5 * MM)
#define INNER   (WIDTH - 2 * EDGE)
#define CODE    (30 * MM)
#define GAP     (4 * MM)
#define STEPS_MAX 4

typedef struct {
	const char *link;
	const char *name;
	const char *about;
	const char *code_label;
	const char *code;
	const char *address;
	const char *valid;
	const char *fingerprint;
	json_t *steps;
} Slip;

static bool slip_read(const json_t *object, Slip *ret, GError **error)
{
	const Field fields[] = {
		{"link", FIELD_TEXT, true, 300, &ret->link},
		{"name", FIELD_TEXT, true, 200, &ret->name},
		{"about", FIELD_TEXT, false, 100, &ret->about},
		{"code_label", FIELD_TEXT, false, 40, &ret->code_label},
		{"code", FIELD_TEXT, false, 40, &ret->code},
		{"address", FIELD_TEXT, false, 200, &ret->address},
		{"valid", FIELD_TEXT, false, 100, &ret->valid},
		{"fingerprint", FIELD_TEXT, false, 200, &ret->fingerprint},
		{"steps", FIELD_ARRAY, false, STEPS_MAX, &ret->steps},
		{0},
	};
	const json_t *step;
	size_t i;

	if (!json_read(object, fields, error))
		return false;
	json_array_foreach(ret->steps, i, step)
		if (!json_is_string(step) || json_string_length(step) > 400)
			return error_set(error, ERROR_INVALID, "A step of a slip is a short text");
	return true;
}

/* At most so many lines; what is behind them is not seen. */
static void put(Pages *self, const Style *style, const char *text, double x, double width, int lines,
                double *y)
{
	g_autoptr(PangoLayout) layout = NULL;

	if (!text || !*text)
		return;
	layout = pages_layout(self, style, text, width);
	pango_layout_set_height(layout, -lines);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pages_show(self, style, layout, x, *y);
	*y += layout_height(layout) + style->space;
}

static void put_side(Pages *self, const Slip *slip, double x, double y)
{
	static const Style NAME = {SANS, 11, true, 0, 1};
	static const Style ABOUT = {SANS, 9, false, 0.2, 4};
	static const Style LABEL = {SANS, 7.5, false, 0.3, 0};
	static const Style CHARACTERS = {MONO, 13, false, 0, 3};
	static const Style VALID = {SANS, 8, false, 0.2, 0};
	double width = INNER - CODE - GAP;

	put(self, &NAME, slip->name, x, width, 3, &y);
	put(self, &ABOUT, slip->about, x, width, 1, &y);
	put(self, &LABEL, slip->code_label, x, width, 1, &y);
	put(self, &CHARACTERS, slip->code, x, width, 1, &y);
	put(self, &VALID, slip->valid, x, width, 2, &y);
}

static void put_below(Pages *self, const Slip *slip, double x, double y)
{
	static const Style ADDRESS = {SANS, 10, true, 0, 2};
	static const Style STEP = {SANS, 8, false, 0, 0};
	static const Style FINGERPRINT = {SANS, 5.5, false, 0.25, 0};
	const json_t *step;
	size_t i;

	put(self, &ADDRESS, slip->address, x, INNER, 1, &y);
	json_array_foreach(slip->steps, i, step)
	{
		g_autofree char *text = g_strdup_printf("%zu. %s", i + 1, json_string_value(step));

		put(self, &STEP, text, x, INNER, 2, &y);
	}
	y += 2;
	put(self, &FINGERPRINT, slip->fingerprint, x, INNER, 3, &y);
}

bool slip_show(Pages *self, const json_t *object, unsigned place, GError **error)
{
	static const Style SCHOOL = {SANS, 8, false, 0.3, 0};
	double x = place % COLUMNS * WIDTH + EDGE;
	double top = (unsigned)(place / COLUMNS) * HEIGHT + EDGE;
	double y = top;
	Slip slip = {0};
	bool done;

	if (!slip_read(object, &slip, error))
		return false;
	if (!self->pages)
		return true;
	cairo_save(self->cairo);
	cairo_rectangle(self->cairo, x - EDGE, top - EDGE, WIDTH, HEIGHT);
	cairo_clip(self->cairo);
	put(self, &SCHOOL, self->header, x, INNER, 1, &y);
	y = top + 4.5 * MM;
	done = pages_show_code(self, slip.link, x, y, CODE, error);
	put_side(self, &slip, x + CODE + GAP, y);
	put_below(self, &slip, x, y + CODE + 2 * MM);
	cairo_restore(self->cairo);
	return done;
}

void slips_show_cuts(Pages *self)
{
	const double dashes[] = {3, 3};

	if (!self->pages)
		return;
	cairo_save(self->cairo);
	cairo_set_source_rgb(self->cairo, 0.55, 0.55, 0.55);
	cairo_set_line_width(self->cairo, 0.6);
	cairo_set_dash(self->cairo, dashes, G_N_ELEMENTS(dashes), 0);
	for (int row = 1; row < ROWS; row++) {
		cairo_move_to(self->cairo, 0, row * HEIGHT);
		cairo_line_to(self->cairo, SHEET_WIDTH, row * HEIGHT);
	}
	for (int column = 1; column < COLUMNS; column++) {
		cairo_move_to(self->cairo, column * WIDTH, 0);
		cairo_line_to(self->cairo, column * WIDTH, SHEET_HEIGHT);
	}
	cairo_stroke(self->cairo);
	cairo_restore(self->cairo);
}
