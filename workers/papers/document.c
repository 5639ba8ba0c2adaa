/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The parts of a document, one below the other. It is gone through twice: first to know how many
 * pages there are. */
#include "document.h"

#include "fonts.h"
#include "slips.h"

#include <cairo-pdf.h>

#define TEXT_MAX    20000 /* characters of one part */
#define PARTS_MAX   4000
#define LIST_MAX    200
#define COLUMNS_MAX 6
#define ROWS_MAX    4000
#define CODE_SIDE   (40 * MM)
#define CELL_EDGE   4.0

static const Style TITLE = {SANS, 20, true, 0, 10};
static const Style HEADING = {SANS, 14, true, 0, 4};
static const Style TEXT = {SANS, 11, false, 0, 6};
static const Style QUESTION = {SANS, 11, true, 0, 1};
static const Style NUMBER = {SANS, 11, true, 0, 0};
static const Style CELL = {SANS, 9.5, false, 0, 0};
static const Style CELL_HEAD = {SANS, 9.5, true, 0, 0};

typedef struct {
	Pages pages;
	unsigned slips; /* on the sheet; 0: it is none of slips */
} Maker;

static bool refuse(GError **error)
{
	return error_set(error, ERROR_INVALID, "This is no part of a document");
}

/* Borrowed; NULL: it is no text, or too long a one. */
static const char *text_of(const json_t *value)
{
	const char *text = json_string_value(value);

	return text && g_utf8_strlen(text, -1) <= TEXT_MAX ? text : NULL;
}

/* --- Parts --- */

static bool add_heading(Maker *self, const json_t *value, const json_t *part, GError **error)
{
	const char *text = text_of(value);

	if (!text)
		return refuse(error);
	/* Never the last line of a page. */
	if (!pages_need(&self->pages, 60, error))
		return false;
	if (self->pages.y > MARGIN_TOP)
		self->pages.y += 8;
	return pages_write(&self->pages, &HEADING, text, 0, error);
}

static bool add_text(Maker *self, const json_t *value, const json_t *part, GError **error)
{
	const char *text = text_of(value);

	return text ? pages_write(&self->pages, &TEXT, text, 0, error) : refuse(error);
}

static bool add_steps(Maker *self, const json_t *value, const json_t *part, GError **error)
{
	const json_t *step;
	size_t i;

	if (!json_is_array(value) || json_array_size(value) > LIST_MAX)
		return refuse(error);
	json_array_foreach(value, i, step)
	{
		g_autofree char *number = g_strdup_printf("%zu.", i + 1);
		g_autoptr(PangoLayout) layout = pages_layout(&self->pages, &NUMBER, number, 0);

		if (!text_of(step))
			return refuse(error);
		if (!pages_need(&self->pages, 2 * layout_height(layout), error))
			return false;
		pages_show(&self->pages, &NUMBER, layout, MARGIN, self->pages.y);
		if (!pages_write(&self->pages, &TEXT, text_of(step), 20, error))
			return false;
	}
	return true;
}

static bool add_questions(Maker *self, const json_t *value, const json_t *part, GError **error)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(value) || json_array_size(value) > LIST_MAX)
		return refuse(error);
	json_array_foreach(value, i, one)
	{
		const char *question = NULL;
		const char *answer = NULL;
		const Field fields[] = {{"question", FIELD_TEXT, true, TEXT_MAX, &question},
		                        {"answer", FIELD_TEXT, true, TEXT_MAX, &answer},
		                        {0}};

		if (!json_read(one, fields, error) || !pages_need(&self->pages, 48, error) ||
		    !pages_write(&self->pages, &QUESTION, question, 0, error) ||
		    !pages_write(&self->pages, &TEXT, answer, 0, error))
			return false;
		self->pages.y += 3;
	}
	return true;
}

static bool add_code(Maker *self, const json_t *value, const json_t *part, GError **error)
{
	static const Style CAPTION = {SANS, 13, true, 0, 0};
	const char *caption = text_of(json_object_get(part, "caption"));
	const char *text = text_of(value);
	g_autoptr(PangoLayout) layout = NULL;
	double y;

	if (!text || !caption)
		return refuse(error);
	if (!pages_need(&self->pages, CODE_SIDE + 8, error))
		return false;
	y = self->pages.y + 2;
	layout = pages_layout(&self->pages, &CAPTION, caption, TEXT_WIDTH - CODE_SIDE - 8 * MM);
	pango_layout_set_height(layout, (int)(CODE_SIDE * PANGO_SCALE));
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	if (!pages_show_code(&self->pages, text, MARGIN, y, CODE_SIDE, error))
		return false;
	pages_show(&self->pages, &CAPTION, layout, MARGIN + CODE_SIDE + 8 * MM,
	           y + MAX(0, (CODE_SIDE - layout_height(layout)) / 2));
	pages_link(&self->pages, text, MARGIN, y, TEXT_WIDTH, CODE_SIDE);
	self->pages.y = y + CODE_SIDE + 12;
	return true;
}

static bool add_slip(Maker *self, const json_t *value, const json_t *part, GError **error)
{
	if (self->slips % SLIPS_A_SHEET == 0) {
		if (!pages_begin(&self->pages, true, error))
			return false;
		slips_show_cuts(&self->pages);
		self->slips = 0;
	}
	return slip_show(&self->pages, value, self->slips++, error);
}

/* --- A table --- */

typedef struct {
	PangoLayout *layouts[COLUMNS_MAX];
	int lines[COLUMNS_MAX]; /* that are written */
	unsigned columns;
} Row;

static void row_clear(Row *self)
{
	for (unsigned i = 0; i < self->columns; i++)
		g_clear_object(&self->layouts[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Row, row_clear)

static double column_width(const Row *row)
{
	return TEXT_WIDTH / row->columns;
}

static bool row_read(Maker *self, const json_t *cells, unsigned columns, const Style *style, Row *ret,
                     GError **error)
{
	if (json_array_size(cells) != columns)
		return refuse(error);
	ret->columns = columns;
	for (unsigned i = 0; i < columns; i++) {
		const char *text = text_of(json_array_get(cells, i));

		if (!text)
			return refuse(error);
		ret->layouts[i] = pages_layout(&self->pages, style, text,
		                               column_width(ret) - 2 * CELL_EDGE);
	}
	return true;
}

static bool row_is_written(const Row *row)
{
	for (unsigned i = 0; i < row->columns; i++)
		if (row->lines[i] < pango_layout_get_line_count(row->layouts[i]))
			return false;
	return true;
}

static void rule(Pages *pages)
{
	if (!pages->pages)
		return;
	cairo_set_source_rgb(pages->cairo, 0.7, 0.7, 0.7);
	cairo_set_line_width(pages->cairo, 0.5);
	cairo_move_to(pages->cairo, MARGIN, pages->y);
	cairo_line_to(pages->cairo, SHEET_WIDTH - MARGIN, pages->y);
	cairo_stroke(pages->cairo);
}

/* What of it fits on this page. */
static void row_show(Pages *pages, Row *row, const Style *style)
{
	double lowest = pages->y;

	for (unsigned i = 0; i < row->columns; i++) {
		double y = pages->y + CELL_EDGE;

		pages_show_lines(pages, style, row->layouts[i],
		                 MARGIN + i * column_width(row) + CELL_EDGE, &row->lines[i], &y);
		lowest = MAX(lowest, y);
	}
	pages->y = lowest + CELL_EDGE;
	rule(pages);
}

static bool add_row(Maker *self, const json_t *cells, unsigned columns, const Style *style,
                    GError **error)
{
	g_auto(Row) row = {0};
	bool begun = false;

	if (!row_read(self, cells, columns, style, &row, error))
		return false;
	while (!begun || !row_is_written(&row)) {
		if (!(begun ? pages_begin(&self->pages, false, error)
		            : pages_need(&self->pages, 3 * style->size + 2 * CELL_EDGE, error)))
			return false;
		row_show(&self->pages, &row, style);
		begun = true;
	}
	return true;
}

static bool add_table(Maker *self, const json_t *value, const json_t *part, GError **error)
{
	json_t *columns = NULL;
	json_t *rows = NULL;
	const json_t *cells;
	const Field fields[] = {{"columns", FIELD_ARRAY, true, COLUMNS_MAX, &columns},
	                        {"rows", FIELD_ARRAY, true, ROWS_MAX, &rows},
	                        {0}};
	unsigned n;
	size_t i;

	if (!json_is_object(value) || !json_read(value, fields, error))
		return json_is_object(value) ? false : refuse(error);
	n = (unsigned)json_array_size(columns);
	if (n == 0)
		return refuse(error);
	if (!pages_need(&self->pages, 60, error) ||
	    !add_row(self, columns, n, &CELL_HEAD, error))
		return false;
	json_array_foreach(rows, i, cells)
		if (!add_row(self, cells, n, &CELL, error))
			return false;
	self->pages.y += 10;
	return true;
}

/* --- The whole --- */

static bool add_part(Maker *self, const json_t *part, GError **error)
{
	static const struct {
		const char *name;
		bool (*add)(Maker *self, const json_t *value, const json_t *part, GError **error);
	} PARTS[] = {{"heading", add_heading}, {"text", add_text},   {"steps", add_steps},
	             {"questions", add_questions}, {"table", add_table}, {"code", add_code},
	             {"slip", add_slip}};

	for (size_t i = 0; i < G_N_ELEMENTS(PARTS); i++) {
		const json_t *value = json_object_get(part, PARTS[i].name);

		if (!value)
			continue;
		if (PARTS[i].add != add_slip)
			self->slips = 0;
		return PARTS[i].add(self, value, part, error);
	}
	return refuse(error);
}

static bool add_parts(Maker *self, const json_t *parts, GError **error)
{
	const json_t *part;
	bool slips_only = json_object_get(json_array_get(parts, 0), "slip") != NULL;
	size_t i;

	self->pages.page = 0;
	self->slips = 0;
	if (!slips_only && (!pages_begin(&self->pages, false, error) ||
	                    !pages_write(&self->pages, &TITLE, self->pages.title, 0, error)))
		return false;
	json_array_foreach(parts, i, part)
		if (!add_part(self, part, error))
			return false;
	pages_end(&self->pages);
	return true;
}

static cairo_status_t on_bytes(void *data, const unsigned char *bytes, unsigned length)
{
	GByteArray *pdf = data;

	if (pdf->len + length > DOCUMENT_PDF_MAX)
		return CAIRO_STATUS_WRITE_ERROR;
	g_byte_array_append(pdf, bytes, length);
	return CAIRO_STATUS_SUCCESS;
}

static bool draw(Maker *self, const json_t *parts, GByteArray *pdf, GError **error)
{
	cairo_surface_t *surface =
		cairo_pdf_surface_create_for_stream(on_bytes, pdf, SHEET_WIDTH, SHEET_HEIGHT);
	cairo_status_t status;
	bool done;

	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, self->pages.title);
	if (self->pages.header)
		cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR,
		                               self->pages.header);
	self->pages.cairo = cairo_create(surface);
	done = add_parts(self, parts, error);
	cairo_surface_finish(surface);
	status = cairo_surface_status(surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_status(self->pages.cairo);
	cairo_destroy(self->pages.cairo);
	cairo_surface_destroy(surface);
	if (!done)
		return false;
	if (status == CAIRO_STATUS_WRITE_ERROR)
		return error_reason(error, ERROR_TOO_LARGE, "document-too-long", NULL,
		                    "The document has more than %d bytes", DOCUMENT_PDF_MAX);
	return status == CAIRO_STATUS_SUCCESS ||
	       error_set(error, ERROR_INTERNAL, "The document could not be drawn: %s",
	                 cairo_status_to_string(status));
}

GBytes *document_make(const json_t *document, unsigned *ret_pages, GError **error)
{
	const char *language = NULL;
	json_t *parts = NULL;
	Maker maker = {0};
	const Field fields[] = {
		{"language", FIELD_TEXT, true, 10, &language},
		{"title", FIELD_TEXT, true, 300, &maker.pages.title},
		{"header", FIELD_TEXT, false, 300, &maker.pages.header},
		{"parts", FIELD_ARRAY, true, PARTS_MAX, &parts},
		{0},
	};
	GByteArray *pdf;
	bool done;

	if (!json_read(document, fields, error))
		return NULL;
	pdf = g_byte_array_new();
	maker.pages.context = fonts_context(language);
	done = add_parts(&maker, parts, error);
	if (done) {
		*ret_pages = maker.pages.pages = maker.pages.page;
		done = draw(&maker, parts, pdf, error);
	}
	fonts_free(maker.pages.context);
	if (done)
		return g_byte_array_free_to_bytes(pdf);
	g_byte_array_unref(pdf);
	return NULL;
}
