/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is put together here, as its readers have it: laid out by urok-papers' own code, read back by
 * pdftotext and zbarimg. And the names that files are given. */
#include "document.h"
#include "documents/documents-private.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#define FINGERPRINT "A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90:A1:B2:C3:D4:E5:F6:07:18:29:3A:4B:5C:6D:7E:8F:90"

/* What a program says of the document, owned. Its exit status is not asked for: zbarimg counts pages
 * without a code as a fault. */
static char *ask_program(const char *const arguments[])
{
	g_autofree char *said = NULL;
	g_autoptr(GError) error = NULL;

	g_spawn_sync(NULL, (char **)arguments, NULL,
	             G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &said, NULL, NULL,
	             &error);
	g_assert_no_error(error);
	return g_steal_pointer(&said);
}

typedef struct {
	char *folder, *pdf, *words, *codes;
	unsigned pages;
} Paper;

static void paper_clear(Paper *self)
{
	g_autoptr(GDir) folder = g_dir_open(self->folder, 0, NULL);

	for (const char *name; (name = g_dir_read_name(folder));) {
		g_autofree char *path = g_build_filename(self->folder, name, NULL);

		g_assert_cmpint(g_unlink(path), ==, 0);
	}
	g_rmdir(self->folder);
	g_free(self->folder);
	g_free(self->pdf);
	g_free(self->words);
	g_free(self->codes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Paper, paper_clear)

static void read_codes(Paper *self)
{
	g_autofree char *prefix = g_build_filename(self->folder, "page", NULL);
	g_autofree char *command =
		g_strdup_printf("pdftoppm -r 120 -png %s %s && zbarimg --nodbus -q --raw -Sdisable "
	                        "-Sqrcode.enable %s*.png", self->pdf, prefix, prefix);

	self->codes = ask_program((const char *const[]){"sh", "-c", command, NULL});
}

static Paper print(const Document *document)
{
	GError *error = NULL;
	Paper paper = {.folder = g_dir_make_tmp("paper-XXXXXX", &error)};
	g_autofree char *text = json_format(document->description);
	g_autoptr(json_t) description = json_parse(text, strlen(text), &error);
	g_autoptr(GBytes) bytes = document_make(description, &paper.pages, &error);
	gsize size;

	g_assert_no_error(error);
	paper.pdf = g_build_filename(paper.folder, "x.pdf", NULL);
	g_assert_true(g_file_set_contents(paper.pdf, g_bytes_get_data(bytes, &size),
	                                  (gssize)g_bytes_get_size(bytes), NULL));
	paper.words = ask_program((const char *const[]){"pdftotext", "-raw", paper.pdf, "-", NULL});
	return paper;
}

static void assert_says(const Paper *paper, const char *words)
{
	if (!strstr(paper->words, words))
		g_error("«%s» is not in: %s", words, paper->words);
}

static void test_a_class_gets_its_slips(void)
{
	g_autoptr(Document) document = document_new("ru", "Приглашения: 5А");
	g_auto(Paper) paper = {0};
	g_auto(GStrv) codes = NULL;

	for (int i = 0; i < 17; i++) {
		g_autofree char *link = g_strdup_printf("https://school17.example/i#%043d", i);
		g_autofree char *name = g_strdup_printf("Гарифуллина Әминә Ильдаровна %d", i);
		g_autofree char *code = g_strdup_printf("ABCD-EFGH-J%03d", i);

		document_add_slip(document, &(DocumentSlip){link, name, "5А", "ученик", code,
		                                            "school17.example/i", "3 декабря 2026 г.",
		                                            FINGERPRINT, NULL});
	}
	paper = print(document);
	g_assert_cmpuint(paper.pages, ==, 3);
	read_codes(&paper);
	codes = g_strsplit(g_strchomp(paper.codes), "\n", -1);
	g_assert_cmpuint(g_strv_length(codes), ==, 17);
	for (int i = 0; i < 17; i++) {
		g_autofree char *link = g_strdup_printf("https://school17.example/i#%043d", i);
		g_autofree char *code = g_strdup_printf("ABCD-EFGH-J%03d", i);

		g_assert_true(g_strv_contains((const char *const *)codes, link));
		assert_says(&paper, code);
	}
	assert_says(&paper, "5А · ученик");
	assert_says(&paper, "Действует до 3 декабря 2026 г.");
	assert_says(&paper, "Проверьте имя и придумайте пароль.");
	assert_says(&paper, "Отпечаток сертификата школы");
}

static void test_slips_and_pages_do_not_share_a_sheet(void)
{
	const DocumentSlip slip = {.link = "https://s.example/i#A", .name = "Соня"};
	g_autoptr(Document) document = document_new("en", "Both");
	g_auto(Paper) paper = {0};

	document_add_text(document, "before");
	document_add_slip(document, &slip);
	document_add_slip(document, &slip);
	document_add_text(document, "after");
	paper = print(document);
	g_assert_cmpuint(paper.pages, ==, 3);
	assert_says(&paper, "1 / 3");
	assert_says(&paper, "3 / 3");
	g_assert_null(strstr(paper.words, "2 / 3")); /* it is cut to pieces */
}

static void test_a_table_goes_on_over_pages(void)
{
	const char *const columns[] = {"Что", "За кого", "Когда", NULL};
	g_autofree char *word = g_strnfill(9000, 'x');
	const char *const long_row[] = {word, "Соня", "сегодня", NULL};
	g_autoptr(Document) document = document_new("ru", "Согласия");
	g_auto(Paper) paper = {0};

	document_add_table(document, columns);
	document_add_row(document, long_row);
	for (int i = 0; i < 200; i++) {
		g_autofree char *what = g_strdup_printf("согласие %d", i);

		document_add_row(document, (const char *const[]){what, "Соня М.", "12 мая", NULL});
	}
	paper = print(document);
	g_assert_cmpuint(paper.pages, >, 5);
	assert_says(&paper, "согласие 0 ");
	assert_says(&paper, "согласие 199 ");
}

static void test_any_letters_are_printed(void)
{
	g_autoptr(Document) document = document_new("ru", "Ә Ҡ Ӱ Ғ Җ — буквы");
	g_auto(Paper) paper = {0};

	document_add_text(document, "Әминә Ҡазан Ӱлаҥ Чӑваш José Łódź Ελλάδα Հայ");
	document_add_text(document, "שלום עולם");
	document_add_text(document, "🎓 漢字 \x1b[2J e\xcc\x81\xcc\x81\xcc\x81");
	document_add_steps(document, (const char *const[]){"Раз", "", NULL});
	paper = print(document);
	g_assert_cmpuint(paper.pages, ==, 1);
	assert_says(&paper, "Әминә Ҡазан Ӱлаҥ Чӑваш José Łódź Ελλάδα Հայ");
	assert_says(&paper, "ש"); /* letter by letter: it is read from the right */
}

static void test_a_document_has_an_end(void)
{
	g_autoptr(Document) document = document_new("ru", "Без конца");
	g_autofree char *text = g_strnfill(15000, '\n');
	g_autoptr(GError) error = NULL;
	unsigned pages = 0;

	for (int i = 0; i < 2; i++)
		document_add_text(document, text);
	g_assert_null(document_make(document->description, &pages, &error));
	g_assert_cmpstr(error_reason_of(error), ==, "document-too-long");
}

static void check_name(const char *file_name, const char *expected)
{
	g_autofree char *disposition = documents_disposition(file_name);

	g_assert_cmpstr(disposition, ==, expected);
}

static void test_a_file_gets_a_name_that_is_safe(void)
{
	g_autofree char *long_name = g_strnfill(500, 'a');
	g_autofree char *disposition = documents_disposition(long_name);

	check_name("plan.pdf", "attachment; filename=\"plan.pdf\"; filename*=UTF-8''plan.pdf");
	check_name("5А.pdf", "attachment; filename=\"5a.pdf\"; filename*=UTF-8''5%D0%90.pdf");
	check_name("a\"b\r\nX: y.pdf", "attachment; filename=\"a-b-x-y.pdf\"; "
	                               "filename*=UTF-8''a-b--X-%20y.pdf");
	check_name("../../etc/passwd", "attachment; filename=\"etc-passwd.pdf\"; "
	                               "filename*=UTF-8''etc-passwd");
	check_name("..", "attachment; filename=\"document.pdf\"; filename*=UTF-8''document.pdf");
	g_assert_cmpuint(strlen(disposition), <, 300);
}

static void test_a_day_is_written_as_people_write_it(void)
{
	g_autoptr(GDateTime) when = g_date_time_new_utc(2026, 12, 3, 12, 0, 0);
	g_autofree char *russian = document_format_day("ru", when);
	g_autofree char *english = document_format_day("en", when);

	g_assert_cmpstr(russian, ==, "3 декабря 2026 г.");
	g_assert_cmpstr(english, ==, "3 December 2026");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/documents/slips", test_a_class_gets_its_slips);
	g_test_add_func("/documents/both", test_slips_and_pages_do_not_share_a_sheet);
	g_test_add_func("/documents/table", test_a_table_goes_on_over_pages);
	g_test_add_func("/documents/letters", test_any_letters_are_printed);
	g_test_add_func("/documents/end", test_a_document_has_an_end);
	g_test_add_func("/documents/names", test_a_file_gets_a_name_that_is_safe);
	g_test_add_func("/documents/days", test_a_day_is_written_as_people_write_it);
	return g_test_run();
}
