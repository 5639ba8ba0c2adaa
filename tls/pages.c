/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The pages that explain how to trust the box's authority: templates filled with its name and
 * fingerprint, and the authority's certificate to download. */
#include "tls/box.h"

#include <string.h>

#define TEMPLATE_BYTES_MAX (256 * 1024)
#define GROUP_SIZE	   12 /* characters of a fingerprint: AB:CD:EF:01 and what parts them */

typedef struct {
	const char *key; /* as @KEY@ */
	char *value;	 /* escaped for HTML */
} Filling;

static GBytes *read_file(const Box *box, const char *name, GError **error)
{
	g_autofree char *path = g_build_filename(box->templates, name, NULL);
	g_autoptr(GError) failure = NULL;
	g_autoptr(GMappedFile) file = g_mapped_file_new(path, FALSE, &failure);

	if (!file)
		return error_null(error, ERROR_NOT_FOUND, "%s", failure->message);
	if (g_mapped_file_get_length(file) > TEMPLATE_BYTES_MAX)
		return error_null(error, ERROR_TOO_LARGE, "%s is larger than any page.", path);
	return g_mapped_file_get_bytes(file);
}

/* Eight groups of four pairs: a person compares one after the other. */
static char *group(const char *fingerprint)
{
	GString *text = g_string_new(NULL);

	for (size_t at = 0; at < strlen(fingerprint); at += GROUP_SIZE)
		g_string_append_printf(text, "<span>%.*s</span> ", GROUP_SIZE - 1, fingerprint + at);
	return g_string_free(text, FALSE);
}

static char *dup_day(gint64 at_s, const char *format)
{
	g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(at_s);

	return moment ? g_date_time_format(moment, format) : g_strdup("");
}

static bool write_page(const Box *box, Folder *folder, const Set *set, const char *language,
		       const Filling fillings[], GError **error)
{
	const char *name = set->kind == KIND_OWN ? "index" : "real";
	g_autofree char *template = g_strdup_printf("%s.%s.html.in", name, language);
	g_autofree char *file = g_strdup_printf("trust/index.%s.html", language);
	g_autoptr(GBytes) bytes = read_file(box, template, error);
	GString *page;
	bool done;

	if (!bytes)
		return false;
	page = g_string_new_len(g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
	for (guint i = 0; fillings[i].key; i++)
		g_string_replace(page, fillings[i].key, fillings[i].value, 0);
	done = folder_write(folder, file, page->str, page->len, error);
	g_string_free(page, TRUE);
	return done;
}

static bool write_pages(const Box *box, Folder *folder, const Set *set, GError **error)
{
	X509 *own = pair_own(set->authority);
	g_autofree char *name = certificate_dup_common_name(own);
	g_autofree char *fingerprint = certificate_dup_fingerprint(own);
	gint64 ends_s = certificate_ends_s(own);
	const Filling fillings[] = {
		{"@AUTHORITY@", g_markup_escape_text(name, -1)},
		{"@FINGERPRINT@", group(fingerprint)},
		{"@HOST@", g_markup_escape_text(box->names->hosts[0], -1)},
		{"@ENDS_RU@", dup_day(ends_s, "%d.%m.%Y")},
		{"@ENDS_EN@", dup_day(ends_s, "%Y-%m-%d")},
		{0},
	};
	bool done = write_page(box, folder, set, "ru", fillings, error) &&
		    write_page(box, folder, set, "en", fillings, error);

	for (guint i = 0; fillings[i].key; i++)
		g_free(fillings[i].value);
	return done;
}

/* In DER: then the digest of the file is the fingerprint, and any computer can tell it. */
static bool write_authority(Folder *folder, X509 *own, GError **error)
{
	unsigned char *der = NULL;
	int size = i2d_X509(own, &der);
	bool done;

	if (size <= 0)
		return openssl_failed(error, "The authority's certificate could not be written");
	done = folder_write(folder, "trust/urok-ca.crt", der, (gsize)size, error);
	OPENSSL_free(der);
	return done;
}

bool pages_write(const Box *box, Folder *folder, const Set *set, GError **error)
{
	g_autoptr(GBytes) style = read_file(box, "trust.css", error);
	gsize size;
	const void *data;

	if (!style)
		return false;
	data = g_bytes_get_data(style, &size);
	return folder_write(folder, "trust/trust.css", data, size, error) &&
	       write_authority(folder, pair_own(set->authority), error) &&
	       write_pages(box, folder, set, error);
}
