/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Where the next line goes. */
#include "pages.h"

#include "document.h"

#include <qrencode.h>
#include <string.h>

#define FURTHEST (SHEET_HEIGHT - MARGIN_BOTTOM)

static const Style HEAD = {SANS, 9, false, 0.35, 0};
static const Style FOOT = {SANS, 8.5, false, 0.35, 0};

/* --- Lines --- */

static char *without_controls(const char *text)
{
	GString *clean = g_string_new(NULL);

	for (const char *at = text; *at; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);

		g_string_append_unichar(clean, c != '\n' && g_unichar_iscntrl(c) ? ' ' : c);
	}
	return g_string_free(clean, FALSE);
}

PangoLayout *pages_layout(Pages *self, const Style *style, const char *text, double width)
{
	PangoLayout *layout = pango_layout_new(self->context);
	PangoAttrList *attributes = pango_attr_list_new();
	PangoFontDescription *font = pango_font_description_new();
	g_autofree char *clean = without_controls(text);

	pango_font_description_set_family_static(font, style->family);
	pango_font_description_set_size(font, (int)(style->size * PANGO_SCALE));
	pango_font_description_set_weight(font, style->is_bold ? PANGO_WEIGHT_BOLD
	                                                       : PANGO_WEIGHT_NORMAL);
	pango_layout_set_font_description(layout, font);
	pango_font_description_free(font);
	pango_layout_set_width(layout, width > 0 ? (int)(width * PANGO_SCALE) : -1);
	/* A broken address must not get a dash that is not its own. */
	pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
	pango_layout_set_attributes(layout, attributes);
	pango_attr_list_unref(attributes);
	pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_spacing(layout, (int)(style->size * 0.15 * PANGO_SCALE));
	pango_layout_set_text(layout, clean, -1);
	return layout;
}

double layout_height(PangoLayout *layout)
{
	int height;

	pango_layout_get_size(layout, NULL, &height);
	return (double)height / PANGO_SCALE;
}

static void choose(Pages *self, const Style *style)
{
	cairo_set_source_rgb(self->cairo, style->grey, style->grey, style->grey);
}

void pages_show(Pages *self, const Style *style, PangoLayout *layout, double x, double y)
{
	if (!self->pages)
		return;
	choose(self, style);
	cairo_move_to(self->cairo, x, y);
	pango_cairo_show_layout(self->cairo, layout);
}

static double line_height(PangoLayout *layout, const Style *style, int line)
{
	PangoRectangle box;

	pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, line), NULL, &box);
	return (double)box.height / PANGO_SCALE + style->size * 0.15;
}

static void show_line(Pages *self, const Style *style, PangoLayout *layout, int line, double x,
                      double y)
{
	PangoLayoutLine *one = pango_layout_get_line_readonly(layout, line);
	PangoRectangle box;
	int width = pango_layout_get_width(layout);

	if (!self->pages)
		return;
	pango_layout_line_get_extents(one, NULL, &box);
	/* What is read from the right begins there. */
	if (pango_layout_line_get_resolved_direction(one) == PANGO_DIRECTION_RTL && width > 0)
		x += (double)(width - box.width) / PANGO_SCALE;
	choose(self, style);
	cairo_move_to(self->cairo, x, y - (double)box.y / PANGO_SCALE);
	pango_cairo_show_layout_line(self->cairo, one);
}

void pages_show_lines(Pages *self, const Style *style, PangoLayout *layout, double x, int *line,
                      double *y)
{
	int lines = pango_layout_get_line_count(layout);

	for (; *line < lines; ++*line) {
		double height = line_height(layout, style, *line);

		if (*y + height > FURTHEST)
			return;
		show_line(self, style, layout, *line, x, *y);
		*y += height;
	}
}

bool pages_write(Pages *self, const Style *style, const char *text, double indent, GError **error)
{
	g_autoptr(PangoLayout) layout = pages_layout(self, style, text, TEXT_WIDTH - indent);
	int lines = pango_layout_get_line_count(layout);
	int line = 0;

	while (line < lines) {
		if (!pages_need(self, line_height(layout, style, line), error))
			return false;
		pages_show_lines(self, style, layout, MARGIN + indent, &line, &self->y);
	}
	self->y += style->space;
	return true;
}

/* --- Sheets --- */

static void show_rule(Pages *self, double y)
{
	cairo_set_source_rgb(self->cairo, 0.7, 0.7, 0.7);
	cairo_set_line_width(self->cairo, 0.5);
	cairo_move_to(self->cairo, MARGIN, y);
	cairo_line_to(self->cairo, SHEET_WIDTH - MARGIN, y);
	cairo_stroke(self->cairo);
}

static void show_short(Pages *self, const Style *style, const char *text, double y, double width)
{
	g_autoptr(PangoLayout) layout = pages_layout(self, style, text, width);

	pango_layout_set_height(layout, -1);
	pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
	pages_show(self, style, layout, MARGIN, y);
}

static void finish(Pages *self)
{
	g_autofree char *number = g_strdup_printf("%u / %u", self->page, self->pages);
	g_autoptr(PangoLayout) layout = NULL;
	int width;

	if (!self->page || !self->pages)
		return;
	if (!self->is_bare) {
		layout = pages_layout(self, &FOOT, number, 0);
		pango_layout_get_size(layout, &width, NULL);
		pages_show(self, &FOOT, layout,
		           SHEET_WIDTH - MARGIN - (double)width / PANGO_SCALE, FURTHEST + 6 * MM);
		if (self->title)
			show_short(self, &FOOT, self->title, FURTHEST + 6 * MM, TEXT_WIDTH - 60);
	}
	cairo_show_page(self->cairo);
}

bool pages_begin(Pages *self, bool is_bare, GError **error)
{
	finish(self);
	if (self->page == DOCUMENT_PAGES_MAX)
		return error_reason(error, ERROR_TOO_LARGE, "document-too-long", NULL,
		                    "A document has at most %d pages", DOCUMENT_PAGES_MAX);
	self->page++;
	self->is_bare = is_bare;
	self->y = MARGIN_TOP;
	if (!is_bare && self->header && self->pages) {
		show_short(self, &HEAD, self->header, 12 * MM, TEXT_WIDTH);
		show_rule(self, 17.5 * MM);
	}
	return true;
}

void pages_end(Pages *self)
{
	finish(self);
}

bool pages_need(Pages *self, double height, GError **error)
{
	if (self->page && !self->is_bare &&
	    self->y + MIN(height, FURTHEST - MARGIN_TOP) <= FURTHEST)
		return true;
	return pages_begin(self, false, error);
}

/* --- What cameras read --- */

/* Squares that touch are one shape of one filling: no printer draws a line between them. */
static void fill_code(cairo_t *cairo, const QRcode *code, double x, double y, double size)
{
	for (int row = 0; row < code->width; row++) {
		for (int from = 0; from < code->width; from++) {
			int to = from;

			while (to < code->width && (code->data[row * code->width + to] & 1))
				to++;
			if (to > from)
				cairo_rectangle(cairo, x + from * size, y + row * size,
				                (to - from) * size, size);
			from = to;
		}
	}
	cairo_set_source_rgb(cairo, 0, 0, 0);
	cairo_fill(cairo);
}

bool pages_show_code(Pages *self, const char *text, double x, double y, double side, GError **error)
{
	QRcode *code;

	if (!self->pages)
		return true;
	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (!code)
		return error_set(error, ERROR_INVALID, "The text does not fit into a QR code");
	fill_code(self->cairo, code, x, y, side / code->width);
	QRcode_free(code);
	return true;
}

/* Cairo reads the attributes as words of its own: an address with a quotation mark is no link. */
void pages_link(Pages *self, const char *address, double x, double y, double width, double height)
{
	g_autofree char *attributes = NULL;

	if (!self->pages || strpbrk(address, "'\\ ") || !g_str_is_ascii(address))
		return;
	attributes = g_strdup_printf("uri='%s' rect=[%d %d %d %d]", address, (int)x, (int)y,
	                             (int)width, (int)height);
	cairo_tag_begin(self->cairo, CAIRO_TAG_LINK, attributes);
	cairo_tag_end(self->cairo, CAIRO_TAG_LINK);
}
